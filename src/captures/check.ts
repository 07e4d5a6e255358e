/** Checks that a body is a whole profile, before anything is saved. */
import { Problem, isAbort } from '../base/problem';
import type { OpenOptions, OpenProfile } from '../profile/types';
import type { PprofKind } from './types';

/**
 * Reads a profile: `openProfile` of src/profile, or the thread's client so that a big one doesn't hold up the editor.
 * It may keep or transfer `bytes`.
 */
export type Opener = (
  bytes: Uint8Array,
  options: OpenOptions,
  signal?: AbortSignal,
) => OpenProfile | Promise<OpenProfile>;

/** Default limit of a check, bytes after decompression: that of the setting `controllerTuner.maxProfileMiB`. */
export const DEFAULT_MAX_BYTES = 512 * 1024 * 1024;

/** What the check of a body found. */
export interface Checked {
  /** Samples of the profile; NaN for an execution trace, which only Go reads. */
  readonly samples: number;
  /** Still open: the caller must dispose of it. Undefined for an execution trace. */
  readonly profile: OpenProfile | undefined;
}

export interface CheckOptions {
  readonly open: Opener;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Who answered, for the messages: "default/widgets-0 :6060". */
  readonly label: string;
}

/**
 * Throws Problem `captures.empty`, `captures.html`, `captures.notGoroutines`, `captures.notTrace` or what the reader
 * finds wrong (a truncated gzip, a truncated proto). Otherwise returns the opened profile.
 */
export async function checkBody(
  kind: PprofKind,
  text: boolean,
  body: Uint8Array,
  options: CheckOptions,
): Promise<Checked> {
  const { label } = options;
  if (body.byteLength === 0) {
    throw new Problem('captures.empty', `${label} answered with nothing instead of a profile; nothing was saved.`, {
      next: 'Capture again; if it stays so, look whether a proxy stands before the process.',
    });
  }
  const head = textHead(body);
  if (looksLikeHtml(head)) {
    throw new Problem('captures.html', `${label} answered with a web page, not a profile; nothing was saved.`, {
      next: 'Choose another port: this one serves something else, perhaps behind a login.',
      detail: head,
    });
  }
  if (kind === 'trace') {
    // The header that every version of the runtime has written since Go 1.5.
    if (/^go 1\.\d+ trace\0/.test(head)) return { samples: NaN, profile: undefined };
    throw new Problem(
      'captures.notTrace',
      `${label} answered with something that is not an execution trace; nothing was saved.`,
      { next: 'Choose another port, or look at what it serves.', detail: head },
    );
  }
  if (text && !/(^|\n)goroutine /.test(head)) {
    throw new Problem(
      'captures.notGoroutines',
      `${label} answered with something that is not a goroutine dump; nothing was saved.`,
      { next: 'Choose another port, or look at what it serves.', detail: head },
    );
  }
  try {
    // A copy (a Buffer's own slice would share its memory), because the thread takes over the bytes that it is given.
    const profile = await options.open(new Uint8Array(body), { maxBytes: options.maxBytes }, options.signal);
    return { samples: profile.summary.samples, profile };
  } catch (e) {
    if (isAbort(e)) throw e;
    const p = Problem.from(e, 'captures.unreadable');
    throw new Problem(p.code, `What ${label} sent can't be read as a profile, so nothing was saved: ${p.message}`, {
      next: p.next ?? 'Capture again; if it stays so, look at what the port serves.',
      ...(p.detail !== undefined && { detail: p.detail }),
      cause: e,
    });
  }
}

/** The beginning as text, enough to recognise what it is. */
function textHead(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 512)).toString('latin1');
}

function looksLikeHtml(head: string): boolean {
  return /^\s*(<!doctype html|<html|<head|<\?xml|<body)/i.test(head);
}
