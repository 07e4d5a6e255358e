/** Whether an answer is exposition at all, and if not, what it seems to be. */
import { Problem } from '../../base/problem';
import { scan } from './scan';

/** Lines to look at before deciding whether a text is exposition. */
const SAMPLE_LINES = 50;

/** True when a text begins like Prometheus' text exposition; false for web pages, JSON, prose and empty texts. */
export function isExposition(text: string): boolean {
  const head = firstLines(text, SAMPLE_LINES);
  let typed = false;
  const { samples, bad, eof } = scan(head, {
    type: () => {
      typed = true;
    },
  });
  return bad === 0 ? samples > 0 || typed || eof : samples > 0 && typed && bad * 4 <= samples;
}

/** Throws Problem `metrics.empty`, `metrics.html` or `metrics.notExposition` unless isExposition. */
export function expectExposition(text: string): void {
  if (isExposition(text)) return;
  const head = text.slice(0, 300).trim();
  if (head === '')
    throw new Problem('metrics.empty', 'The process answered with no metrics at all.', {
      next: 'Choose another port or path.',
    });
  if (/^<(!doctype|html|\?xml|head|body)/i.test(head)) {
    throw new Problem('metrics.html', 'The process answered with a web page instead of metrics.', {
      next: 'Choose another port: this one serves something else, perhaps a login.',
    });
  }
  throw new Problem('metrics.notExposition', 'The answer is not in the text format of Prometheus.', {
    next: 'Choose another port or path.',
    detail: head,
  });
}

function firstLines(text: string, lines: number): string {
  let end = 0;
  for (let n = 0; n < lines; n++) {
    const lf = text.indexOf('\n', end);
    if (lf < 0) return text;
    end = lf + 1;
  }
  return text.slice(0, end);
}
