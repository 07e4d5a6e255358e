/** An editor for tests: it answers from a script and keeps what it was told. */
import type { Choice, Editor, Picker, Settings, Store } from '../../../src/app/editor';

export interface FakeEditor extends Editor {
  /**
   * Answers to questions, in order: the label of a choice, labels of several, or a line of text. A missing one cancels.
   */
  readonly answers: (string | readonly string[])[];
  /** Buttons that messages are answered with, in order; a missing one closes the message. */
  readonly buttons: string[];
  /** What was shown: messages, titles of questions and progress, what was copied. */
  readonly shown: string[];
}

function storeOf(): Store {
  const map = new Map<string, unknown>();
  return {
    get: (key) => map.get(key),
    set: (key, value) => {
      map.set(key, value);
      return Promise.resolve();
    },
  };
}

function cancelled(): Error {
  return new DOMException('cancelled', 'AbortError');
}

export function fakeEditor(settings: Partial<Settings> = {}): FakeEditor {
  const answers: FakeEditor['answers'] = [];
  const buttons: string[] = [];
  const shown: string[] = [];
  const message = <B extends string>(text: string): Promise<B | undefined> => {
    shown.push(text);
    return Promise.resolve(buttons.shift() as B | undefined);
  };
  const picker: Picker = {
    async pick({ title, choices, skipSingle }) {
      const real = (await choices(new AbortController().signal)).filter((c) => 'value' in c);
      const [only] = real;
      if (only && real.length === 1 && skipSingle !== false) return { value: only.value, asked: false };
      shown.push(title);
      const answer = answers.shift();
      const chosen = real.find((c) => c.label === answer);
      if (!chosen) throw cancelled();
      return { value: chosen.value, asked: true };
    },
    pickMany({ title, choices }) {
      shown.push(title);
      const answer = answers.shift();
      if (answer === undefined) return Promise.reject(cancelled());
      return Promise.resolve(
        choices.filter((c): c is Choice<never> => 'value' in c && answer.includes(c.label)).map((c) => c.value),
      );
    },
    input({ title, validate }) {
      shown.push(title);
      const answer = answers.shift();
      if (typeof answer !== 'string') return Promise.reject(cancelled());
      const wrong = validate?.(answer);
      return wrong === undefined ? Promise.resolve(answer) : Promise.reject(new Error(wrong));
    },
  };
  return {
    answers,
    buttons,
    shown,
    log: { info: () => undefined, warn: () => undefined, problem: () => undefined },
    settings: settings as Settings,
    store: storeOf(),
    workspaceStore: storeOf(),
    picker,
    messages: {
      info: message,
      warn: message,
      briefly: (text) => {
        shown.push(text);
      },
      problem: (e) => {
        shown.push(e instanceof Error ? e.message : String(e));
        return Promise.resolve();
      },
      details: () => Promise.resolve(),
    },
    progress: {
      run: (title, work) => {
        shown.push(title);
        return work(new AbortController().signal, () => undefined);
      },
      quietly: (_title, work) => work(),
    },
    statusItem: () => ({ set: () => undefined, dispose: () => undefined }),
    copy: (text) => {
      shown.push(text);
      return Promise.resolve();
    },
  };
}
