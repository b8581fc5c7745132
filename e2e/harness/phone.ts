import { expect, type Locator, type Page } from '@playwright/test';
import { PageAudio } from './page-audio.ts';

export interface HandSignIn {
  readonly address: string;
  readonly password: string;
  /** Left as the phone guesses it when absent. */
  readonly server?: string;
}

/** An arrow of the ladder as it stands on the screen. */
export interface Arrow {
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

/** The phone in a browser tab, used the way a person uses it: by roles and names. */
export class Phone {
  readonly page: Page;
  readonly audio: PageAudio;
  /** Errors no code caught. */
  readonly errors: string[] = [];

  private constructor(page: Page, audio: PageAudio) {
    this.page = page;
    this.audio = audio;
    page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  /** A tab whose microphone hums at `hz`. */
  static async open(page: Page, hz: number): Promise<Phone> {
    return new Phone(page, await PageAudio.install(page, hz));
  }

  async signInByLink(link: string): Promise<void> {
    await this.page.goto(link);
    await this.button('Sign in').click();
    await this.online();
  }

  async signInByHand(url: string, login: HandSignIn): Promise<void> {
    await this.page.goto(url);
    await this.fillSignIn(login);
    await this.online();
  }

  async fillSignIn({ address, password, server }: HandSignIn): Promise<void> {
    await this.field('SIP address').fill(address);
    await this.field('Password').fill(password);
    if (server !== undefined) await this.field('Server').fill(server);
    else await expect(this.field('Server')).not.toHaveValue('');
    await this.button('Sign in').click();
  }

  async online(): Promise<void> {
    await expect(this.status).toContainText('Online');
  }

  /** What stands beside the account: online, on the way there, or why not. */
  get status(): Locator {
    return this.page.getByRole('status').filter({ hasText: /^(Online|Not online|Connecting…|Signing in…|Signed out)/ });
  }

  async go(where: 'Keypad' | 'Calls' | 'People'): Promise<void> {
    await this.page.getByRole('link', { name: new RegExp(`^${where}`) }).click();
  }

  /** Calls somebody from their entry under People. */
  async callPerson(name: string): Promise<void> {
    await this.go('People');
    await this.page.getByRole('listitem').filter({ hasText: name }).hover();
    await this.button(`Call ${name}`).click();
  }

  async dial(target: string): Promise<void> {
    await this.go('Keypad');
    await this.page.getByRole('combobox', { name: 'Name, number or SIP address' }).fill(target);
    await this.button('Call').click();
  }

  incoming(from: string): Locator {
    return this.page.getByRole('alertdialog', { name: `Incoming call from ${from}` });
  }

  async answer(from: string): Promise<void> {
    await this.incoming(from).getByRole('button', { name: 'Answer', exact: true }).click();
  }

  async decline(from: string): Promise<void> {
    await this.incoming(from).getByRole('button', { name: 'Decline', exact: true }).click();
  }

  call(name: string): Locator {
    return this.page.getByRole('region', { name: `Call with ${name}` });
  }

  /** A control of the call on the stage. */
  async press(control: string): Promise<void> {
    await this.page
      .getByRole('region', { name: /^Call with / })
      .getByRole('button', { name: control, exact: true })
      .click();
  }

  async expectCall(name: string, status: string | RegExp): Promise<void> {
    await expect(this.call(name).getByRole('status').filter({ hasText: status }).first()).toBeVisible();
  }

  /** The sentence on how the call ended. */
  get ended(): Locator {
    return this.page.getByRole('region', { name: 'Call ended' });
  }

  async expectEnded(sentence: string | RegExp): Promise<void> {
    // It is shown for some seconds only: what it says is read at once.
    await expect(this.ended).toBeVisible();
    await expect(this.ended.getByRole('heading').first()).toHaveText(sentence, { timeout: 2000 });
  }

  /** What SIP said of the end, for those who ask. */
  async expectDetails(text: string | RegExp): Promise<void> {
    await this.ended.getByRole('button', { name: 'Details' }).click();
    await expect(this.ended).toContainText(text);
  }

  async sendDigits(digits: string): Promise<void> {
    await this.press('Keypad');
    const pad = this.page.getByRole('group', { name: 'Call keypad' });
    for (const digit of digits) await pad.getByRole('button', { name: digit, exact: true }).click();
  }

  /** Entries of the history, newest first, each as its text on one line. */
  async history(): Promise<readonly string[]> {
    await this.go('Calls');
    const entries = await this.page
      .getByRole('listitem')
      .filter({ has: this.page.getByRole('link') })
      .allInnerTexts();
    return entries
      .map((text) => text.replace(/\s+/g, ' ').trim())
      .filter((text) => !/^(Keypad|Calls|People)/.test(text));
  }

  /** Opens what happens underneath the call on the stage, or the one that just ended. */
  async openLadder(): Promise<void> {
    await this.page.getByRole('button', { name: 'What happens underneath' }).first().click();
    await expect(this.ladder).toBeVisible();
  }

  get ladder(): Locator {
    return this.page.getByRole('region', { name: 'What happens underneath' });
  }

  async arrows(): Promise<readonly Arrow[]> {
    return this.ladder.locator('[data-arrow]').evaluateAll((elements) =>
      elements.map((element) => ({
        what: element.getAttribute('data-arrow') ?? '',
        from: element.getAttribute('data-from') ?? '',
        to: element.getAttribute('data-to') ?? '',
      })),
    );
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  field(name: string): Locator {
    return this.page.getByRole('textbox', { name, exact: true });
  }
}

/** Both hear each other, each the other's tone, for three seconds. */
export async function expectTalking(a: Phone, aHz: number, b: Phone, bHz: number): Promise<void> {
  await Promise.all([a.audio.forget(), b.audio.forget()]);
  await Promise.all([expectTone(b, aHz), expectTone(a, bHz)]);
}

/** Whatever has ears. */
export interface Listening {
  readonly audio: PageAudio;
}

export async function expectTone(phone: Listening, hz: number, seconds = 3): Promise<void> {
  await expect
    .poll(() => phone.audio.toneSeconds(hz), { message: `hears ${hz} Hz`, timeout: 20_000, intervals: [250] })
    .toBeGreaterThanOrEqual(seconds);
}

export async function expectSilence(phone: Listening, seconds = 1): Promise<void> {
  await phone.audio.forget();
  await expect
    .poll(() => phone.audio.silentSeconds(), { message: 'hears nothing', intervals: [250] })
    .toBeGreaterThanOrEqual(seconds);
}
