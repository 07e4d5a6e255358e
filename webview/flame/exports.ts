/** Exports of the page: files that the host writes, and text for the clipboard. */
import type { Part, ProfileSummary } from '../../src/profile/types';
import type { PageFacts } from '../../src/protocol/profile';
import { Problem } from '../../src/base/problem';
import type { FlameChannel } from './channel';
import type { MenuItems } from '../shared/menu';
import { Painter, ROW } from './painter';
import { chipsOf } from './part';
import type { Picture } from './picture';
import { svg, type Svg } from './svg';
import { comment, csv, markdown, type TextTable } from './tabletext';
import { totalSentence } from './words';

/** Maximum height of a canvas, device px (Chromium's limit is 16,384 a side). */
const TALLEST = 16_000;
/** Width of a PNG picture, CSS px, and the number of device px per CSS px. */
const WIDTH = 1600;
const RATIO = 2;
/** Number of functions in a comment for a pull request, and in a Markdown table. */
const COMMENT_ROWS = 10;
const MARKDOWN_ROWS = 100;

export interface Shown {
  readonly facts: PageFacts;
  readonly summary: ProfileSummary;
  readonly sampleType: number;
  readonly part: Part;
}

export class Exports {
  constructor(
    private readonly host: FlameChannel,
    private readonly shown: () => Shown,
    private readonly picture: Picture,
    private readonly table: (rows: number) => Promise<TextTable>,
    private readonly failed: (e: unknown) => void,
  ) {}

  get items(): MenuItems {
    const does = (f: () => unknown) => (): void => {
      void (async () => {
        try {
          await f();
        } catch (e) {
          this.failed(e);
        }
      })();
    };
    return [
      {
        title: 'Profile, for go tool pprof…',
        hint: '.pb.gz',
        does: does(() => {
          this.#save('pprof');
        }),
      },
      {
        title: 'Folded Stacks…',
        hint: '.txt',
        does: does(() => {
          this.#save('folded');
        }),
      },
      undefined,
      {
        title: 'Flame Graph as SVG…',
        hint: '.svg',
        does: does(() => {
          this.#save('svg', svg({ ...this.#drawn(), title: this.#title() }));
        }),
      },
      {
        title: 'Flame Graph as PNG…',
        hint: '.png',
        does: does(async () => {
          this.#save('png', await png(this.#drawn()));
        }),
      },
      undefined,
      {
        title: 'Table as CSV…',
        hint: '.csv',
        does: does(async () => {
          this.#save('csv', csv(await this.table(Infinity)));
        }),
      },
      {
        title: 'Table as Markdown…',
        hint: '.md',
        does: does(async () => {
          this.#save('markdown', markdown(await this.table(MARKDOWN_ROWS)));
        }),
      },
      undefined,
      {
        title: 'Copy as a Comment for a Pull Request',
        does: does(async () => {
          this.host.send({ type: 'copy', text: await this.#comment(), what: 'a comment for a pull request' });
        }),
      },
    ];
  }

  #save(form: 'pprof' | 'folded' | 'svg' | 'png' | 'csv' | 'markdown', data?: string | Uint8Array): void {
    const { sampleType, part } = this.shown();
    this.host.send({ type: 'save', form, sampleType, part, ...(data !== undefined && { data }) });
  }

  #drawn(): Omit<Svg, 'title'> {
    const drawn = this.picture.shown;
    if (!drawn)
      throw new Problem('pages.noPicture', 'The flame graph has not been drawn yet.', {
        next: 'Turn to the flame graph, then save it.',
      });
    return drawn;
  }

  #title(): string {
    const { facts, part } = this.shown();
    return [facts.title, facts.subtitle, ...chipsOf(part).map((c) => `${c.word} ${c.shown}`)]
      .filter((t) => t !== '')
      .join(' · ');
  }

  async #comment(): Promise<string> {
    const { facts, summary, sampleType, part } = this.shown();
    const { head, numbers, rows } = await this.table(COMMENT_ROWS);
    // A comment leaves out where a function is defined: its name says enough.
    const kept = head.map((_, i) => i).filter((i) => head[i] !== 'place' && head[i] !== 'sum%');
    const words = chipsOf(part).map((c) => `${c.word} \`${c.text || 'on'}\``);
    return comment(
      facts.title,
      [
        facts.subtitle,
        totalSentence(summary, sampleType),
        [...(part.cut ? ['the framework cut'] : []), ...words].join(', '),
      ],
      {
        head: kept.map((i) => head[i]!),
        numbers: kept.map((i) => numbers[i]!),
        rows: rows.map((r) => kept.map((i) => r[i]!)),
      },
    );
  }
}

/** The whole picture in one canvas, cut off at the canvas's limit. */
async function png({ model, range, paintOf, palette, background }: Omit<Svg, 'title'>): Promise<Uint8Array> {
  const canvas = document.createElement('canvas');
  const height = Math.min((model.maxDepth + 1) * ROW, TALLEST / RATIO);
  new Painter(canvas).paint({
    model,
    range,
    width: WIDTH,
    height,
    pixelRatio: RATIO,
    scrollTop: 0,
    contentHeight: height,
    flipped: false,
    font: '12px monospace',
    background,
    palette,
    paintOf,
    hits: undefined,
    focused: undefined,
    hovered: undefined,
    focusVisible: false,
  });
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
  if (!blob)
    throw new Problem('pages.noPicture', 'The picture is too large for this editor.', {
      next: 'Zoom in, or save it as SVG.',
    });
  return new Uint8Array(await blob.arrayBuffer());
}
