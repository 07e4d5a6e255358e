/** The application's pickers and input boxes, implemented with the editor's. */
import * as vscode from 'vscode';
import { abortError } from '../base/abort';
import type {
  Choice,
  InputOptions,
  Picked,
  Picker,
  PickManyOptions,
  PickOptions,
  Separator,
  StepFrame,
} from '../app/editor';
import { Back } from '../app/wizard';

type Item<T> = vscode.QuickPickItem & { readonly choice?: Choice<T> };

export const picker: Picker = { pick, pickMany, input };

function pick<T>(options: PickOptions<T>): Promise<Picked<T>> {
  const stop = new AbortController();
  const list = vscode.window.createQuickPick<Item<T>>();
  frame(list, options);
  list.placeholder = options.busyText ?? options.placeholder;
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  list.busy = true;
  return new Promise<Picked<T>>((resolve, reject) => {
    const end = once(() => {
      stop.abort();
      list.dispose();
    });
    giveUp(list, end, reject);
    list.onDidAccept(() => {
      const choice = list.selectedItems[0]?.choice;
      if (choice)
        end(() => {
          resolve({ value: choice.value, asked: true });
        });
    });
    list.show();
    options.choices(stop.signal).then(
      (choices) => {
        if (end.done()) return;
        const real = choices.filter((c): c is Choice<T> => 'value' in c);
        const [only] = real;
        if (only && real.length === 1 && options.skipSingle !== false) {
          end(() => {
            resolve({ value: only.value, asked: false });
          });
          return;
        }
        list.items = choices.map(itemOf);
        list.placeholder = options.placeholder;
        list.busy = false;
      },
      (e: unknown) => {
        end(() => {
          reject(e instanceof Error ? e : new Error(String(e)));
        });
      },
    );
  });
}

function pickMany<T>(options: PickManyOptions<T>): Promise<readonly T[]> {
  const list = vscode.window.createQuickPick<Item<T>>();
  frame(list, options);
  list.placeholder = options.placeholder;
  list.canSelectMany = true;
  list.matchOnDescription = true;
  list.matchOnDescription = true;
  const items = options.choices.map(itemOf);
  list.items = items;
  list.selectedItems = items.filter((i) => i.choice?.picked === true);
  return new Promise((resolve, reject) => {
    const end = once(() => {
      list.dispose();
    });
    giveUp(list, end, reject);
    list.onDidAccept(() => {
      if (options.atLeastOne === true && list.selectedItems.length === 0) return;
      end(() => {
        resolve(list.selectedItems.flatMap((i) => (i.choice ? [i.choice.value] : [])));
      });
    });
    list.show();
  });
}

function input(options: InputOptions): Promise<string> {
  const box = vscode.window.createInputBox();
  frame(box, options);
  box.prompt = options.prompt;
  box.value = options.value;
  box.password = options.secret === true;
  return new Promise<string>((resolve, reject) => {
    const end = once(() => {
      box.dispose();
    });
    giveUp(box, end, reject);
    const check = (): boolean => {
      const wrong = options.validate?.(box.value);
      box.validationMessage = wrong ?? '';
      return wrong === undefined;
    };
    box.onDidChangeValue(() => {
      check();
    });
    box.onDidAccept(() => {
      if (check())
        end(() => {
          // A password may begin or end with a space.
          resolve(options.secret === true ? box.value : box.value.trim());
        });
    });
    box.show();
  });
}

/** Runs `close` and the first callback only: closing a box also fires its hide event. */
function once(close: () => void): { (act: () => void): void; done(): boolean } {
  let done = false;
  const end = (act: () => void): void => {
    if (done) return;
    done = true;
    close();
    act();
  };
  return Object.assign(end, { done: () => done });
}

function giveUp(
  box: vscode.QuickInput & { readonly onDidTriggerButton: vscode.Event<vscode.QuickInputButton> },
  end: (act: () => void) => void,
  reject: (e: Error) => void,
): void {
  box.onDidTriggerButton(() => {
    end(() => {
      reject(new Back());
    });
  });
  box.onDidHide(() => {
    end(() => {
      reject(abortError('The user cancelled.'));
    });
  });
}

function itemOf<T>(choice: Choice<T> | Separator): Item<T> {
  if ('separator' in choice) return { label: choice.separator, kind: vscode.QuickPickItemKind.Separator };
  const { label, description, detail, icon, alwaysShow } = choice;
  return {
    label,
    choice,
    ...(description !== undefined && { description }),
    ...(detail !== undefined && { detail }),
    ...(icon !== undefined && { iconPath: new vscode.ThemeIcon(icon) }),
    ...(alwaysShow !== undefined && { alwaysShow }),
  };
}

function frame(
  box: vscode.QuickInput & { buttons: readonly vscode.QuickInputButton[] },
  { title, step = 1, totalSteps = 1, back = false }: StepFrame,
): void {
  box.title = title;
  // "1/1" says nothing.
  if (totalSteps > 1) {
    box.step = step;
    box.totalSteps = totalSteps;
  }
  box.ignoreFocusOut = true;
  box.buttons = back ? [vscode.QuickInputButtons.Back] : [];
}
