/**
 * The loaded trees: the whole one, and a finer one of the zoomed frame. Asks the host for them and drops late answers.
 */
import type { FlameTree, Part } from '../../src/profile/types';
import type { EarlyFlame } from '../../src/protocol/flame';
import type { FlameChannel } from './channel';
import { rangeOf, type Range } from './lod';
import { Model } from './model';
import { isWhole } from './part';
import type { Figures } from './words';

/** The host leaves out frames narrower than this, px. */
const FINEST_PX = 0.25;
/** A tree made for one width is also used for widths up to this factor larger. */
const SLACK = 1.1;

export interface TreeQuery {
  readonly sampleType: number;
  readonly part: Part;
  readonly zoom: readonly number[];
  readonly width: number;
  readonly ownModules: readonly string[];
}
export interface TreeAnswer {
  readonly turn: number;
  readonly query: TreeQuery;
  readonly base: Model | undefined;
  readonly model: Model;
}

export class Trees {
  /** The tree with nothing zoomed. */
  base: Model | undefined;
  /** The tree that is shown. */
  model: Model | undefined;
  #baseWidth = 0;
  /** What `model` was asked for, when it isn't `base`. */
  #zoom: readonly number[] = [];
  #width = 0;
  #turn = 0;
  /** Questions asked before the profile was known; the first call of `ask` uses them. */
  #early: readonly { readonly zoom: readonly number[]; readonly width: number; readonly tree: Promise<FlameTree> }[] =
    [];
  /** Self values of the frames above the zoomed one, by depth, from earlier trees: a zoomed tree doesn't have them. */
  #selves: (number | undefined)[] = [];

  constructor(private readonly host: FlameChannel) {}

  /** For another value type or file: drops pending answers; the picture stays until the new tree comes. */
  forget(): void {
    this.base = undefined;
    this.#selves = [];
    this.#turn++;
    this.#width = 0;
    this.#baseWidth = 0;
  }

  /** True when the tree shown has all that can be seen of `zoom` on `width` pixels. */
  fine(zoom: readonly number[], width: number): boolean {
    if (!this.base) return false;
    if (zoom.length === 0) return this.model === this.base && width <= this.#baseWidth * SLACK;
    return same(zoom, this.#zoom) && this.model !== this.base && width <= this.#width * SLACK;
  }

  /** The first questions, for the page's 'ready' message: `width` pixels of `zoom`. */
  early(sampleType: string, part: Part, zoom: readonly number[], width: number): EarlyFlame[] {
    if (width === 0) return [];
    const minShare = FINEST_PX / width;
    const asked = (zoom.length === 0 ? [zoom] : [[], zoom]).map((z) => {
      const { id, answer: tree } = this.host.expect('flame');
      // `ask` reports the error if it uses the answer; it may never do so.
      tree.catch(() => undefined);
      return {
        message: { id, sampleType, ...(isWhole(part) ? {} : { part }), zoom: z, minShare },
        zoom: z,
        width,
        tree,
      };
    });
    this.#early = asked;
    return asked.map((a) => a.message);
  }

  /**
   * Asks for the tree of `query`, and the whole tree if it isn't loaded yet; undefined when a newer question replaced
   * this one.
   */
  async ask(query: TreeQuery): Promise<TreeAnswer | undefined> {
    const turn = ++this.#turn;
    const early = this.#early;
    this.#early = [];
    const one = async (zoom: readonly number[]): Promise<Model> => {
      const { sampleType, part, ownModules, width } = query;
      const known = early.find((e) => same(e.zoom, zoom) && width <= e.width);
      if (known) return new Model(await known.tree);
      return new Model(
        await this.host.ask({
          type: 'flame',
          query: {
            sampleType,
            ...(isWhole(part) ? {} : { part }),
            zoom,
            minShare: FINEST_PX / Math.max(1, width),
            ownModules,
          },
        }),
      );
    };
    const whole = query.zoom.length === 0;
    const [base, part] = await Promise.all([
      whole || !this.base ? one([]) : this.base,
      whole ? undefined : one(query.zoom),
    ]);
    return turn === this.#turn ? { turn, query, base, model: part ?? base } : undefined;
  }

  /** Takes an answer over, unless the zoom changed meanwhile. */
  accept({ turn, query, base, model }: TreeAnswer): boolean {
    if (turn !== this.#turn) return false;
    if (base && base !== this.base) {
      this.base = base;
      this.#baseWidth = query.width;
    }
    this.model = model;
    this.#zoom = query.zoom;
    this.#width = query.width;
    if (this.base && this.base !== model) this.#learn(this.base, query.zoom);
    return true;
  }

  /**
   * Switches to the tree that can show `to` at once, coming from `from`: the shown tree if it has it, otherwise the
   * whole one. Returns the range to animate from, in that tree. A pending answer for `from` is dropped.
   */
  turnTo(from: readonly number[], to: readonly number[], shown: Range): Range | undefined {
    this.#turn++;
    const model = this.model!;
    if (to.length > from.length) {
      this.#learn(model, to);
      return shown;
    }
    this.#selves.length = Math.min(this.#selves.length, to.length);
    if (!this.base || model === this.base || !this.base.find(to).whole) return model === this.base ? shown : undefined;
    this.model = this.base;
    const there = this.base.find(from);
    return there.whole ? rangeOf(this.base, there.row) : undefined;
  }

  /** Records the self values of the frames above `path` that `model` knows and that aren't known yet. */
  #learn(model: Model, path: readonly number[]): void {
    let row = 0;
    for (let depth = 0; depth < path.length; depth++) {
      if (depth > 0) {
        const next = [...model.children(row)].find((c) => model.tree.fn[c] === path[depth - 1]);
        if (next === undefined) return;
        row = next;
      }
      if (model === this.base || depth >= this.#zoom.length) this.#selves[depth] ??= model.tree.self[row]!;
    }
  }

  /** The figures of a frame. */
  figures(row: number): Figures {
    const model = this.model!;
    const depth = model.depth(row);
    const { grandTotal, self, total, ancestors, change, width } = model.tree;
    const above = model !== this.base && depth < this.#zoom.length;
    // Percentages refer to the sum of all samples' absolute values, so that is the root's figure too when the file has
    // values of both signs.
    if (depth === 0 && width && !change) return { self: 0, total: grandTotal };
    if (above) return { self: depth === 0 ? 0 : this.#selves[depth], total: ancestors?.[depth] ?? total[row]! };
    return {
      self: depth === 0 ? 0 : self[row]!,
      total: total[row]!,
      ...(change && { before: change.before[row]!, after: change.after[row]! }),
    };
  }
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((v, i) => v === b[i]);
}
