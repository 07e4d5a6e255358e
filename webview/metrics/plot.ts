/**
 * One drawn chart: uPlot with our axes, marks and gestures. Made when it becomes visible, destroyed when it is hidden.
 */
import uPlot from 'uplot';
import type { Annotation, Unit } from '../../src/protocol/metrics';
import { linearRange, nearThresholds, type Column } from './data';
import { drawMarks, drawThresholds } from './marks';
import { strokeOf, type ChartTheme } from './theme';
import { clockMarks, incrementsOf, shown } from './units';

export interface PlotSeries {
  readonly name: string;
  readonly slot: number;
  readonly shown: boolean;
}
export interface PlotEvents {
  /** The user dragged out a span, s. */
  selected(start: number, end: number): void;
  /** The crosshair is at this index, in every chart; undefined = there is none. */
  cursor(index: number | undefined): void;
  /** The pointer is over this chart, in window px; undefined = it left. */
  pointed(
    at:
      | {
          readonly x: number;
          readonly y: number;
          readonly index: number;
          readonly nearest: number | undefined;
          readonly time: number;
        }
      | undefined,
  ): void;
  back(): void;
}
export interface PlotOptions {
  readonly width: number;
  readonly height: number;
  readonly unit: Unit;
  readonly log: boolean;
  readonly series: readonly PlotSeries[];
  readonly thresholds: readonly number[];
  readonly theme: ChartTheme;
  readonly annotations: () => readonly Annotation[];
  /** Bounds over all charts that share the axis; undefined = this chart has its own axis. */
  readonly bounds: () => { readonly low: number; readonly high: number } | undefined;
}

/** A drag shorter than this is a click, px. */
const SHORTEST_DRAG = 4;
/** A line this near to the pointer, px, is named. */
const NEAREST = 30;
const AXIS_WIDTH = 62;

export class Plot {
  readonly #u: uPlot;
  #range = { min: 0, max: 1 };
  #over = false;

  constructor(
    parent: HTMLElement,
    private readonly o: PlotOptions,
    events: PlotEvents,
    data: Column[],
    range: { readonly start: number; readonly end: number },
  ) {
    this.#range = { min: range.start, max: range.end };
    const { theme } = o;
    const axis = {
      stroke: theme.dim,
      font: theme.font,
      grid: { stroke: theme.grid, width: 1 },
      ticks: { show: false },
    };
    this.#u = new uPlot(
      {
        width: o.width,
        height: o.height,
        padding: [8, 26, 0, 0],
        legend: { show: false },
        focus: { alpha: 1 },
        scales: {
          x: { time: true, range: () => [this.#range.min, this.#range.max] },
          y: o.log
            ? { distr: 3, range: (_, lo, hi) => logRange(...this.#with(lo, hi)) }
            : { range: (_, lo, hi) => linearRange(...this.#with(lo, hi), o.thresholds) },
        },
        axes: [
          { ...axis, size: 26, gap: 6, space: 58, values: (_, splits) => clockMarks(splits) },
          {
            ...axis,
            size: AXIS_WIDTH,
            space: 28,
            gap: 6,
            values: (_, splits) => splits.map((v) => (v === null ? '' : shown(v, o.unit))),
            ...(o.log
              ? {
                  grid: {
                    ...axis.grid,
                    filter: (_: uPlot, splits: number[]) => splits.map((v) => (isPowerOfTen(v) ? v : null)),
                  },
                }
              : { incrs: incrementsOf(o.unit) }),
          },
        ],
        series: [
          {},
          ...o.series.map((s) => {
            const { colour, dash } = strokeOf(s.slot, theme);
            return { label: s.name, show: s.shown, stroke: colour, dash: [...dash], width: 1.4, points: { size: 4 } };
          }),
        ],
        cursor: {
          y: false,
          drag: { x: true, y: false, setScale: false, dist: SHORTEST_DRAG },
          points: { size: 6, width: 1 },
          // Only the pointer's position is synchronised with the other charts; a span is dragged out in one chart.
          sync: {
            key: 'metrics',
            setSeries: false,
            scales: ['x', null],
            filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave', sub: () => true },
          },
          bind: {
            dblclick: () => () => {
              events.back();
              return null;
            },
          },
        },
        hooks: {
          setCursor: [
            (u) => {
              const index = u.cursor.idx;
              const left = u.cursor.left ?? -1;
              events.cursor(left < 0 || index === null || index === undefined ? undefined : index);
              if (this.#over && left >= 0 && index !== null && index !== undefined) this.#point(events, index, left);
            },
          ],
          setSelect: [
            (u) => {
              const { left, width } = u.select;
              if (width < SHORTEST_DRAG) return;
              const [start, end] = [u.posToVal(left, 'x'), u.posToVal(left + width, 'x')];
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              events.selected(start, end);
            },
          ],
          drawClear: [
            (u) => {
              drawThresholds(u, nearThresholds(this.#high(), o.thresholds), o.unit, theme);
            },
          ],
          draw: [
            (u) => {
              drawMarks(u, o.annotations(), theme);
            },
          ],
        },
      },
      data as uPlot.AlignedData,
      parent,
    );
    this.#u.over.addEventListener('pointerenter', () => {
      this.#over = true;
    });
    this.#u.over.addEventListener('pointerleave', () => {
      this.#over = false;
      events.pointed(undefined);
    });
  }

  get canvas(): HTMLCanvasElement {
    return this.#u.ctx.canvas;
  }

  /** New points for the same series. */
  setData(data: Column[], range: { readonly start: number; readonly end: number }): void {
    this.#range = { min: range.start, max: range.end };
    this.#u.batch(() => {
      this.#u.setData(data as uPlot.AlignedData, false);
      this.#u.setScale('x', this.#range);
    });
  }

  setRange(range: { readonly start: number; readonly end: number }): void {
    this.#range = { min: range.start, max: range.end };
    this.#u.setScale('x', this.#range);
  }

  setShown(shownNow: readonly boolean[]): void {
    this.#u.batch(() => {
      shownNow.forEach((show, i) => {
        if (this.#u.series[i + 1]?.show !== show) this.#u.setSeries(i + 1, { show }, false);
      });
    });
  }

  setWidth(width: number): void {
    if (Math.abs(width - this.#u.width) >= 1) this.#u.setSize({ width, height: this.o.height });
  }
  redraw(): void {
    this.#u.redraw(false);
  }
  destroy(): void {
    this.#u.destroy();
  }

  /**
   * Moves the crosshair by keyboard: `to` gets the current and the last index and returns the new one. Returns the
   * index. All charts follow.
   */
  moveCursor(to: (index: number, last: number) => number): number | undefined {
    const times = this.#u.data[0];
    const last = times.length - 1;
    if (last < 0) return undefined;
    const at = this.#u.cursor.idx ?? last;
    const index = Math.max(0, Math.min(last, to(at, last)));
    const left = this.#u.valToPos(times[index] ?? 0, 'x');
    this.#setCursor({ left, top: this.#u.over.clientHeight / 2 });
    return index;
  }

  hideCursor(): void {
    this.#setCursor({ left: -10, top: -10 });
  }

  /** The third argument, missing in uPlot's types, publishes the position to the other charts. */
  #setCursor(at: { readonly left: number; readonly top: number }): void {
    (this.#u.setCursor as (at: { left: number; top: number }, fire: boolean, publish: boolean) => void)(at, true, true);
  }

  /** Shows a span chosen by keyboard; undefined = none. */
  showSpan(span: { readonly start: number; readonly end: number } | undefined): void {
    const left = span ? this.#u.valToPos(Math.min(span.start, span.end), 'x') : 0;
    const right = span ? this.#u.valToPos(Math.max(span.start, span.end), 'x') : 0;
    this.#u.setSelect({ left, top: 0, width: right - left, height: span ? this.#u.over.clientHeight : 0 }, false);
  }

  /** Highest visible value; null = none. */
  #high(): number | null {
    let high: number | null = null;
    for (const s of this.#u.series.slice(1))
      if (s.show && typeof s.max === 'number' && Number.isFinite(s.max)) high = Math.max(high ?? -Infinity, s.max);
    return this.#with(null, high)[1];
  }

  /** Extends the bounds to those of the charts that share the axis. */
  #with(low: number | null, high: number | null): [number | null, number | null] {
    const all = this.o.bounds();
    return all ? [Math.min(low ?? Infinity, all.low), Math.max(high ?? -Infinity, all.high)] : [low, high];
  }

  #point(events: PlotEvents, index: number, left: number): void {
    const u = this.#u;
    const top = u.cursor.top ?? 0;
    let nearest: number | undefined;
    let distance = NEAREST;
    for (let i = 1; i < u.series.length; i++) {
      const v = u.data[i]?.[index];
      if (!u.series[i]?.show || v === null || v === undefined) continue;
      const d = Math.abs(u.valToPos(v, 'y') - top);
      if (d < distance) {
        distance = d;
        nearest = i - 1;
      }
    }
    const box = u.over.getBoundingClientRect();
    events.pointed({ x: box.left + left, y: box.top + top, index, nearest, time: u.posToVal(left, 'x') });
  }

  /** Seconds per pixel. */
  get secondsPerPixel(): number {
    return (this.#range.max - this.#range.min) / Math.max(1, this.#u.over.clientWidth);
  }
}

function isPowerOfTen(v: number): boolean {
  const e = Math.log10(v);
  return Math.abs(e - Math.round(e)) < 1e-9;
}

/** Whole powers of ten around the values; a decade where there is nothing. */
function logRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || !(low > 0)) return [0.1, 10];
  const lo = 10 ** Math.floor(Math.log10(low)),
    hi = 10 ** Math.ceil(Math.log10(high));
  return lo === hi ? [lo / 10, hi * 10] : [lo, hi];
}
