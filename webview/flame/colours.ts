/**
 * Colours of the bars, derived from the theme's: every fill keeps its text at a contrast of 4.5:1 (WCAG 2.2, 1.4.3) or
 * more, in any theme. Pure: the theme's values come in as text, colours go out as text.
 */
import { LAYERS, type LayerId } from '../../src/profile/layers/rules';
import type { Frame, Origin } from '../../src/profile/types';

/** Red, green, blue from 0 to 255. */
export type Rgb = readonly [number, number, number];

/** The colours read from the theme, parsed. */
export interface ThemeColours {
  readonly background: Rgb;
  readonly foreground: Rgb;
  readonly focus: Rgb;
  readonly blue: Rgb;
  readonly green: Rgb;
  readonly yellow: Rgb;
  readonly orange: Rgb;
  readonly red: Rgb;
  readonly purple: Rgb;
  readonly highContrast: boolean;
}

/** How a bar is painted. In high contrast `fill` is the background and `border` is set, `line` px thick. */
export interface Paint {
  readonly fill: string;
  readonly text: string;
  readonly border: string | undefined;
  readonly line: number;
  readonly swatch: string;
}

/** Minimum contrast of text on a bar; a little above the required 4.5, because channels are rounded. */
const CONTRAST = 4.6;
/** Minimum contrast of a border to the background, where the border carries the meaning (WCAG 2.2, 1.4.11). */
const BORDER_CONTRAST = 3;

/**
 * `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb(…)`, `rgba(…)`, `color(srgb …)`; translucent ones are blended over `under`.
 * Undefined for other text.
 */
export function parseColour(text: string, under: Rgb): Rgb | undefined {
  const t = text.trim();
  const hex = /^#([0-9a-f]{3,8})$/i.exec(t)?.[1];
  if (hex !== undefined && hex.length !== 5 && hex.length !== 7) {
    const full = hex.length <= 4 ? [...hex].map((c) => c + c).join('') : hex;
    const n = [0, 2, 4, 6].map((i) => Number.parseInt(full.slice(i, i + 2) || 'ff', 16));
    return mix(under, [n[0]!, n[1]!, n[2]!], n[3]! / 255);
  }
  const call = /^(rgba?|color)\((?:srgb )?([^)]+)\)$/i.exec(t);
  if (!call) return undefined;
  const n = call[2]!
    .split(/[\s,/]+/)
    .filter((s) => s !== '')
    .map((s) => Number.parseFloat(s) / (s.endsWith('%') ? 100 : 1));
  if (n.length < 3 || n.some(Number.isNaN)) return undefined;
  const scale = call[1]!.toLowerCase() === 'color' ? 255 : 1;
  return mix(under, [n[0]! * scale, n[1]! * scale, n[2]! * scale], n[3] ?? 1);
}

/** Mixes a `share` (0 to 1) of b into a. */
function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

export function css(c: Rgb): string {
  return `rgb(${c.map((v) => Math.round(Math.min(255, Math.max(0, v)))).join(',')})`;
}

/** Relative luminance by WCAG 2.2. */
function luminance(c: Rgb): number {
  const [r, g, b] = c.map((v) => {
    const s = Math.round(v) / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** From 1 (the same) to 21 (black on white). */
export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

/**
 * Moves `hue` towards `end` (black under light text, white under dark) only as far as the text's contrast needs, and at
 * least by `least` (0 to 1).
 */
function fillFor(hue: Rgb, text: Rgb, end: Rgb, least: number): Rgb {
  for (let s = least; s < 1; s += 0.02) {
    const c = mix(hue, end, s);
    if (contrast(c, text) >= CONTRAST) return c;
  }
  return end;
}

/**
 * The paints that frames can have: slots for packages (warm ones for the user's own), layers, changes and search hits.
 */
export class Palette {
  readonly #theme: ThemeColours;
  readonly #text: Rgb;
  readonly warm: readonly Paint[];
  readonly cool: readonly Paint[];
  /** Grey, for the runtime and everything that doesn't matter now. */
  readonly grey: Paint;
  /** Greys of the standard library and of dependencies when they are muted. */
  readonly mutedStd: Paint;
  readonly mutedDependency: Paint;
  readonly own: Paint;
  readonly hit: Paint;
  /** By layer, in the order of LAYERS. */
  readonly layers: readonly Paint[];
  /** From gone (blue) over unchanged (grey) to new (red): 2 × CHANGE_STEPS + 1 paints. */
  readonly changes: readonly Paint[];
  /** Lines around the focused and the hovered frame. */
  readonly outline: string;
  readonly hover: string;

  constructor(theme: ThemeColours) {
    this.#theme = theme;
    const { background: bg, foreground: fg, blue, green, orange, red, purple, yellow } = theme;
    const dark = luminance(bg) < 0.5;
    const end = dark ? WHITE : BLACK;
    this.#text = contrast(bg, end) >= CONTRAST ? mix(fg, end, 0.75) : fg;
    const least = dark ? 0.12 : 0.38;
    this.warm = [mix(orange, red, 0.12), mix(red, orange, 0.25), mix(red, purple, 0.45), mix(orange, green, 0.3)].map(
      (h) => this.#paint(h, least, 2),
    );
    this.cool = [
      blue,
      mix(green, blue, 0.5),
      purple,
      green,
      mix(blue, purple, 0.5),
      mix(blue, fg, 0.35),
      mix(purple, fg, 0.4),
      mix(green, fg, 0.35),
    ].map((h) => this.#paint(h, least));
    this.own = this.warm[0]!;
    this.grey = this.#paint(mix(bg, fg, 0.32), 0);
    this.mutedDependency = this.#paint(mix(bg, fg, dark ? 0.24 : 0.18), 0);
    this.mutedStd = this.#paint(mix(bg, fg, dark ? 0.14 : 0.09), 0);
    const hues: Readonly<Record<LayerId, Paint>> = {
      own: this.own,
      controllerRuntime: this.#paint(blue, least),
      // One family of hues for client-go, because its parts are next to each other.
      informers: this.#paint(mix(green, blue, 0.5), least),
      workqueue: this.#paint(mix(mix(green, blue, 0.5), fg, 0.35), least),
      rest: this.#paint(mix(green, blue, 0.72), least),
      clientGo: this.#paint(mix(mix(green, blue, 0.6), bg, 0.3), least),
      encoding: this.#paint(purple, least),
      http: this.#paint(green, least),
      gc: this.#paint(mix(mix(red, purple, 0.5), fg, 0.4), least),
      scheduling: this.grey,
      std: this.mutedDependency,
      dependency: this.#paint(mix(mix(bg, fg, 0.3), blue, 0.12), 0),
      unknown: this.mutedStd,
    };
    this.layers = LAYERS.map(({ id }) => hues[id]);
    const quiet = mix(bg, fg, dark ? 0.24 : 0.18);
    this.changes = Array.from({ length: 2 * CHANGE_STEPS + 1 }, (_, i) => {
      const step = i - CHANGE_STEPS;
      return step === 0
        ? this.#paint(quiet, 0)
        : this.#paint(
            mix(quiet, step > 0 ? red : blue, 0.25 + (0.75 * Math.abs(step)) / CHANGE_STEPS),
            0,
            Math.abs(step) > CHANGE_STEPS / 2 ? 2 : 1,
          );
    });
    // Hits have the only full colour of the picture, with black or white text, whichever is easier to read.
    const onYellow = contrast(yellow, BLACK) >= contrast(yellow, WHITE) ? BLACK : WHITE;
    const full = contrast(yellow, onYellow) >= CONTRAST ? yellow : mix(yellow, onYellow === BLACK ? WHITE : BLACK, 0.3);
    this.hit = theme.highContrast
      ? this.#paint(yellow, 0, 3)
      : { fill: css(full), text: css(onYellow), border: undefined, line: 0, swatch: css(full) };
    this.outline = theme.highContrast ? css(theme.focus) : css(mix(fg, end, 0.9));
    this.hover = css(mix(bg, this.#text, 0.75));
  }

  /**
   * `line`: thickness of the border in high contrast, where two hues can be the same colour, so the user's own frames
   * stand out by their border.
   */
  #paint(hue: Rgb, least: number, line = 1): Paint {
    const { background, foreground, highContrast } = this.#theme;
    if (highContrast) {
      let border = hue;
      for (let s = 0.05; s <= 1 && contrast(border, background) < BORDER_CONTRAST; s += 0.05)
        border = mix(hue, foreground, s);
      return { fill: css(background), text: css(foreground), border: css(border), line, swatch: css(border) };
    }
    const fill = fillFor(hue, this.#text, luminance(this.#text) > luminance(background) ? BLACK : WHITE, least);
    return { fill: css(fill), text: css(this.#text), border: undefined, line: 0, swatch: css(fill) };
  }
}

/**
 * What the colour of a frame stands for: its layer, its package, whether it is the user's own, or how it changed
 * against a base.
 */
export type ColourMode = 'layer' | 'package' | 'own' | 'change';

/** Shades of red, and of blue. */
export const CHANGE_STEPS = 4;

/**
 * Index into `Palette.changes`, by the difference as a share of the larger value. Less than a twentieth counts as no
 * change.
 */
export function changeStep(before: number, after: number): number {
  const most = Math.max(Math.abs(before), Math.abs(after));
  const part = most === 0 ? 0 : (after - before) / most;
  return (
    CHANGE_STEPS +
    (Math.abs(part) < 0.05 ? 0 : Math.sign(part) * Math.max(1, Math.round(Math.min(1, Math.abs(part)) * CHANGE_STEPS)))
  );
}

/** FNV-1a, 32 bits: gives different values for import paths that differ in a few letters. */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  // The low bits of FNV are its weakest, so the high ones are folded in.
  h ^= h >>> 15;
  return h >>> 0;
}

/** A package and how much of the picture it covers. */
export interface PackageShare {
  readonly pkg: string;
  readonly origin: Origin;
  readonly value: number;
}

/** Go's own machinery and frames without a package: always grey. */
export function isRuntime(pkg: string): boolean {
  return pkg === '' || pkg === 'runtime' || pkg.startsWith('runtime/internal') || pkg.startsWith('internal/runtime');
}

/**
 * Slots of the palette by package, from its hash, so that a package looks the same in every profile. When two packages
 * would share a slot, the smaller one takes the next free slot. Expects the largest package first, so that the result
 * is always the same.
 */
export function assignSlots(
  packages: readonly PackageShare[],
  warm: number,
  cool: number,
): ReadonlyMap<string, number> {
  const slots = new Map<string, number>();
  const taken = { own: new Set<number>(), other: new Set<number>() };
  for (const { pkg, origin } of packages) {
    const count = origin === 'own' ? warm : cool;
    const used = origin === 'own' ? taken.own : taken.other;
    let slot = hash(pkg) % count;
    if (used.size < count) while (used.has(slot)) slot = (slot + 1) % count;
    used.add(slot);
    slots.set(pkg, slot);
  }
  return slots;
}

/** The paint of a frame that is not a search hit. */
export function paintOf(
  frame: Pick<Frame, 'pkg' | 'origin' | 'layer'>,
  mode: ColourMode,
  palette: Palette,
  slots: ReadonlyMap<string, number>,
): Paint {
  if (mode === 'layer') return palette.layers[frame.layer] ?? palette.mutedStd;
  if (mode === 'own') {
    if (frame.origin === 'own') return palette.own;
    return frame.origin === 'std' || isRuntime(frame.pkg) ? palette.mutedStd : palette.mutedDependency;
  }
  if (frame.origin !== 'own' && isRuntime(frame.pkg)) return palette.grey;
  const list = frame.origin === 'own' ? palette.warm : palette.cool;
  return list[(slots.get(frame.pkg) ?? hash(frame.pkg)) % list.length]!;
}
