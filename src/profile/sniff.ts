/**
 * Recognises a file by its first bytes, whatever its name. For each known kind of file that is not a profile, it says
 * what to do with it.
 */
import { Problem } from '../base/problem';
import { isGoroutineText } from './goroutines/dump';

export type Kind = 'proto' | 'goroutines';

const CAPTURE = 'Capture it again without debug=1.';

/**
 * Examines unpacked bytes. Throws a Problem for what cannot be a profile: `profile.html`, `profile.trace` and others.
 */
export function sniff(bytes: Uint8Array): Kind {
  if (bytes.length === 0)
    throw new Problem('profile.empty', 'The file is empty.', { next: 'Capture the profile again.' });
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024)).replace(/^\u00ef\u00bb\u00bf/, '');
  const start = head.trimStart();
  if (/^go 1\.\d+ trace\0/.test(head)) {
    throw new Problem('profile.trace', 'This is an execution trace, not a profile.', {
      next: 'Open it with `go tool trace FILE`.',
    });
  }
  if (/^<(!doctype|html|head|body|\?xml|!--|pre|a )/i.test(start)) {
    throw new Problem('profile.html', 'This is an HTML page, not a profile.', {
      next: 'Check the address: the port or path may belong to another server, or ask for a login.',
      detail: head.slice(0, 500),
    });
  }
  if (/^goroutine(leak)? profile: total \d+/.test(head)) return 'goroutines';
  const legacy =
    /^(heap profile:|--- (?:heap|contention|mutex|threadz?|growth)|[a-z]+ profile: total \d+|(?:c?heap|heapz_v2|growthz)\b)/i.exec(
      head,
    )?.[1];
  if (legacy !== undefined) {
    throw new Problem(
      'profile.legacyText',
      `This is the text form of a profile ("${(head.split(/\r?\n/, 1)[0] ?? '').slice(0, 60)}"), which tells ` +
        'only a part of it.',
      { next: CAPTURE },
    );
  }
  if (bytes.length >= 32 && bytes.subarray(0, 8).every((b) => b === 0) && bytes[8] === 3) {
    throw new Problem('profile.legacyBinary', 'This is a CPU profile in the old form of gperftools.', {
      next: 'Convert it: `go tool pprof -proto FILE > cpu.pb.gz`.',
    });
  }
  if (head.startsWith('PK\x03\x04')) throw other('a zip archive', 'Unpack it and open the profile in it.');
  if (head.startsWith('\x7fELF') || head.startsWith('\xcf\xfa\xed\xfe') || head.startsWith('MZ'))
    throw other('a program', 'Open the profile that it wrote.');
  if (looksLikeText(bytes)) {
    const text = new TextDecoder().decode(bytes.subarray(0, 262_144));
    if (isGoroutineText(text)) return 'goroutines';
    if (/^[[{]/.test(start))
      throw other('JSON', 'Open the profile itself (profile.proto, as net/http/pprof gives it).', head);
    throw other('text', 'Open the profile itself (profile.proto, as net/http/pprof gives it).', head);
  }
  return 'proto';
}

function other(what: string, next: string, head = ''): Problem {
  return new Problem('profile.notProfile', `This is ${what}, not a profile.`, {
    next,
    ...(head !== '' && { detail: head.slice(0, 500) }),
  });
}

/**
 * True if the first 4 KiB have no control bytes except those of text. A profile always has some: its lengths and ids
 * are small numbers.
 */
function looksLikeText(bytes: Uint8Array): boolean {
  const n = Math.min(bytes.length, 4096);
  for (let i = 0; i < n; i++) {
    const b = bytes[i] as number;
    if (b === 0x7f || (b < 0x20 && b !== 9 && b !== 10 && b !== 13 && b !== 12 && b !== 27)) return false;
  }
  return true;
}
