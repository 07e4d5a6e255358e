/**
 * An error that the user can act on: what happened and what to do next. Made where the facts are, shown where the user
 * is. Survives structured cloning through `toJSON` / `Problem.from`.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    /** Dotted and stable, for tests and `switch`: the room first, e.g. `target.unauthorized`, `profile.truncated`. */
    readonly code: string,
    /** One sentence, sentence case, with the facts: "The pod answered 401 to /metrics." */
    message: string,
    readonly options: {
      /** One sentence that says what to do: "Choose a service account to authenticate as." */
      readonly next?: string;
      /** Text to show on request or to copy: a server's own words, an RBAC rule. Never a secret. */
      readonly detail?: string;
      /** HTTP status that caused this, if any. */
      readonly status?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
  }

  /**
   * By shape, not by class: dist/kube.js is a bundle of its own with its own copy of this class, and its problems have
   * to keep their code, next step and status in the other bundles.
   */
  static override [Symbol.hasInstance](v: unknown): boolean {
    return (
      v instanceof Error && v.name === 'Problem' && typeof (v as { code?: unknown }).code === 'string' && 'options' in v
    );
  }

  get next(): string | undefined {
    return this.options.next;
  }
  get detail(): string | undefined {
    return this.options.detail;
  }
  get status(): number | undefined {
    return this.options.status;
  }

  /** Message and next step, as shown in a notification or on stderr. */
  get sentence(): string {
    return this.next === undefined ? this.message : `${this.message} ${this.next}`;
  }

  toJSON(): ProblemData {
    const { next, detail, status } = this.options;
    return {
      code: this.code,
      message: this.message,
      ...(next !== undefined && { next }),
      ...(detail !== undefined && { detail }),
      ...(status !== undefined && { status }),
    };
  }

  static fromJSON({ code, message, ...options }: ProblemData): Problem {
    return new Problem(code, message, options);
  }

  /** Any thrown value as a Problem; `code` is for a value that isn't one already. */
  static from(e: unknown, code = 'unexpected'): Problem {
    if (e instanceof Problem) return e;
    return new Problem(code, e instanceof Error ? e.message : String(e), { cause: e });
  }
}

export interface ProblemData {
  readonly code: string;
  readonly message: string;
  readonly next?: string;
  readonly detail?: string;
  readonly status?: number;
}

/** True for the error of an aborted signal: the user cancelled, so nothing is shown. */
export function isAbort(e: unknown): boolean {
  return e instanceof Error && (e.name === 'AbortError' || (e as { code?: unknown }).code === 'ABORT_ERR');
}
