/** The SHA-2 constants are roots of the first primes (FIPS 180-4, 4.2). */
export function firstPrimes(count: number): readonly number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}
