/** Quick picks one after the other, with a way back and a busy state; Escape ends them with an AbortError. */
import * as vscode from 'vscode';

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

/** Thrown by a step when the person went back. */
export class Back extends Error {
  override readonly name = 'Back';
}

export function cancelled(): Error {
  return new DOMException('The person cancelled.', 'AbortError');
}

export interface StepFrame {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
  /** Offer the back button. */
  readonly back: boolean;
}

export interface PickOptions<T> extends StepFrame {
  readonly placeholder: string;
  /** Works out the choices while the pick is open and busy. */
  readonly choices: (signal: AbortSignal) => Promise<readonly (Choice<T> | vscode.QuickPickItem)[]>;
  /** Take the only choice without asking. Default true. */
  readonly skipSingle?: boolean;
  /** Shown busy. */
  readonly busyText?: string;
}

/** What was chosen; `asked` is false when there was only one choice. */
export interface Picked<T> {
  readonly value: T;
  readonly asked: boolean;
}

/** A quick pick that is shown at once and filled when its choices are there. Rejects with Back, AbortError, or what `choices` threw. */
export function pick<T>(options: PickOptions<T>): Promise<Picked<T>> {
  const stop = new AbortController();
  const input = vscode.window.createQuickPick<Choice<T> | vscode.QuickPickItem>();
  frame(input, options);
  input.placeholder = options.busyText ?? options.placeholder;
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  input.busy = true;
  return new Promise<Picked<T>>((resolve, reject) => {
    let done = false;
    const end = (act: () => void): void => {
      if (done) return;
      done = true;
      stop.abort();
      input.dispose();
      act();
    };
    input.onDidAccept(() => {
      const [chosen] = input.selectedItems;
      if (chosen && 'value' in chosen)
        end(() => {
          resolve({ value: chosen.value, asked: true });
        });
    });
    input.onDidTriggerButton(() => {
      end(() => {
        reject(new Back());
      });
    });
    input.onDidHide(() => {
      end(() => {
        reject(cancelled());
      });
    });
    input.show();
    options.choices(stop.signal).then(
      (items) => {
        if (done) return;
        const real = items.filter((i): i is Choice<T> => 'value' in i);
        const [only] = real;
        if (only && real.length === 1 && options.skipSingle !== false) {
          end(() => {
            resolve({ value: only.value, asked: false });
          });
          return;
        }
        input.items = items;
        input.placeholder = options.placeholder;
        input.busy = false;
      },
      (e: unknown) => {
        end(() => {
          reject(e instanceof Error ? e : new Error(String(e)));
        });
      },
    );
  });
}

export interface InputOptions extends StepFrame {
  readonly prompt: string;
  readonly value: string;
  /** A sentence when the text can't be taken. */
  readonly validate: (text: string) => string | undefined;
}

/** A line of text. Rejects with Back or AbortError. */
export function input(options: InputOptions): Promise<string> {
  const box = vscode.window.createInputBox();
  frame(box, options);
  box.prompt = options.prompt;
  box.value = options.value;
  return new Promise<string>((resolve, reject) => {
    let done = false;
    const end = (act: () => void): void => {
      if (done) return;
      done = true;
      box.dispose();
      act();
    };
    const check = (): boolean => {
      const wrong = options.validate(box.value);
      box.validationMessage = wrong ?? '';
      return wrong === undefined;
    };
    box.onDidChangeValue(() => {
      check();
    });
    box.onDidAccept(() => {
      if (check())
        end(() => {
          resolve(box.value.trim());
        });
    });
    box.onDidTriggerButton(() => {
      end(() => {
        reject(new Back());
      });
    });
    box.onDidHide(() => {
      end(() => {
        reject(cancelled());
      });
    });
    box.show();
  });
}

function frame(
  box: vscode.QuickInput & { buttons: readonly vscode.QuickInputButton[] },
  { title, step, totalSteps, back }: StepFrame,
): void {
  box.title = title;
  // "1/1" tells nothing.
  if (totalSteps > 1) {
    box.step = step;
    box.totalSteps = totalSteps;
  }
  box.ignoreFocusOut = true;
  box.buttons = back ? [vscode.QuickInputButtons.Back] : [];
}

export type Step<S> = (
  state: S,
  frame: { readonly step: number; readonly totalSteps: number; readonly back: boolean },
) => Promise<{ readonly state: S; readonly asked: boolean }>;

/** Runs steps in order; Back returns to the last one that asked something. What needs no question is not counted as a step once that is known. */
export async function run<S>(start: S, steps: readonly Step<S>[]): Promise<S> {
  const states: S[] = [start];
  const asked: number[] = [];
  let i = 0;
  while (i < steps.length) {
    const step = steps[i];
    const state = states[i];
    if (!step || state === undefined) break;
    try {
      const out = await step(state, {
        step: asked.length + 1,
        totalSteps: asked.length + steps.length - i,
        back: asked.length > 0,
      });
      states[i + 1] = out.state;
      if (out.asked) asked.push(i);
      i++;
    } catch (e) {
      if (!(e instanceof Back)) throw e;
      i = asked.pop() ?? 0;
    }
  }
  return states[steps.length] ?? start;
}
