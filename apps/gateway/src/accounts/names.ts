/** The user part of an address for a name as a person writes it: `Zoë van Dam` becomes `zoe.van.dam`. */
export function userOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '.')
    .replace(/^\.+|\.+$/g, '')
    .slice(0, 64);
}

/** What the account is called on screens: the name as given; a bare lower-case user name gets a capital. */
export function displayNameOf(name: string): string {
  const text = name.trim().replace(/\s+/g, ' ').slice(0, 128);
  return /^[a-z]+$/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

const FIRST_EXTENSION = 101;

/** The smallest extension from 101 on that nobody has. */
export function nextExtension(taken: readonly string[]): string {
  const used = new Set(taken);
  let extension = FIRST_EXTENSION;
  while (used.has(String(extension))) extension += 1;
  return String(extension);
}
