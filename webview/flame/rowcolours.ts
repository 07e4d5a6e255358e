/** The colour of each row, and the legend for it. */
import { LAYERS } from '../../src/profile/layers/rules';
import type { LegendEntry } from './foot';
import { legendName } from './foot';
import {
  assignSlots,
  CHANGE_STEPS,
  changeStep,
  isRuntime,
  Palette,
  paintOf,
  type ColourMode,
  type PackageShare,
  type Paint,
  type ThemeColours,
} from './colours';
import type { Frame } from '../../src/profile/types';
import type { Model } from './model';

/** Number of packages in the legend. */
const LEGEND = 8;

/** The layers that occur (all when `present` is undefined), with their colours. */
export function layerLegend(palette: Palette, present?: ReadonlySet<number>): LegendEntry[] {
  return LAYERS.flatMap(({ name }, i) =>
    present?.has(i) === false
      ? []
      : [{ colour: palette.layers[i]!.swatch, label: name, title: name, search: undefined }],
  );
}

/** Packages of the trees, largest share of the picture first. */
export function packagesOf(...models: readonly Model[]): PackageShare[] {
  const by = new Map<string, { pkg: string; origin: PackageShare['origin']; value: number }>();
  for (const model of models)
    for (let r = 1; r < model.rows; r++) {
      const { pkg, origin } = model.frame(r);
      const p = by.get(pkg);
      if (p) p.value += model.width(r);
      else by.set(pkg, { pkg, origin, value: model.width(r) });
    }
  return [...by.values()].sort((a, b) => b.value - a.value || (a.pkg < b.pkg ? -1 : 1));
}

export class RowColours {
  readonly palette: Palette;
  readonly #packages: readonly PackageShare[];
  readonly #slots: ReadonlyMap<string, number>;

  /** `frames` and `packages` are those of the whole trees, so that zooming doesn't change colours. */
  constructor(
    theme: ThemeColours,
    private readonly frames: readonly Pick<Frame, 'layer'>[],
    packages: readonly PackageShare[],
    private readonly mode: ColourMode,
  ) {
    this.palette = new Palette(theme);
    this.#packages = packages;
    this.#slots = assignSlots(
      packages.filter((p) => !isRuntime(p.pkg) || p.origin === 'own'),
      this.palette.warm.length,
      this.palette.cool.length,
    );
  }

  /**
   * The paint of each row of `model`, computed once for each function. `named`: its first row is a function, not the
   * root.
   */
  paints(model: Model, named = false): (row: number) => Paint {
    const { change } = model.tree;
    if (this.mode === 'change' && change)
      return (row) => this.palette.changes[changeStep(change.before[row]!, change.after[row]!)]!;
    const byFunction = new Map<number, Paint>();
    const root = this.palette.grey;
    const { fn } = model.tree;
    return (row) => {
      if (row === 0 && !named) return root;
      let p = byFunction.get(fn[row]!);
      if (!p) byFunction.set(fn[row]!, (p = paintOf(model.frame(row), this.mode, this.palette, this.#slots)));
      return p;
    };
  }

  legend(searching: boolean): LegendEntry[] {
    const { palette } = this;
    const entries: LegendEntry[] =
      this.mode === 'change'
        ? this.#byChange()
        : this.mode === 'layer'
          ? layerLegend(palette, new Set(this.frames.map((f) => f.layer)))
          : this.mode === 'own'
            ? [
                {
                  colour: palette.own.swatch,
                  label: 'your module',
                  title: 'Packages of the modules in this workspace',
                  search: undefined,
                },
                {
                  colour: palette.mutedDependency.swatch,
                  label: 'dependencies',
                  title: 'Other modules',
                  search: undefined,
                },
                {
                  colour: palette.mutedStd.swatch,
                  label: 'standard library',
                  title: "Go's own packages and the runtime",
                  search: undefined,
                },
              ]
            : this.#byPackage();
    if (searching)
      entries.unshift({
        colour: palette.hit.swatch,
        label: 'matches',
        title: 'Frames that match the search',
        search: undefined,
      });
    return entries;
  }

  #byChange(): LegendEntry[] {
    const at = (step: number, label: string, title: string): LegendEntry => ({
      colour: this.palette.changes[CHANGE_STEPS + step]!.swatch,
      label,
      title,
      search: undefined,
    });
    return [
      at(-CHANGE_STEPS, 'gone', 'Only in the base'),
      at(-2, 'less', 'Less than in the base'),
      at(0, 'the same', 'Changed by less than a twentieth'),
      at(2, 'more', 'More than in the base'),
      at(CHANGE_STEPS, 'new', 'Not in the base'),
    ];
  }

  #byPackage(): LegendEntry[] {
    const list: LegendEntry[] = [];
    let runtime = false;
    for (const p of this.#packages) {
      if (list.length >= LEGEND) break;
      const grey = isRuntime(p.pkg) && p.origin !== 'own';
      if (grey && runtime) continue;
      runtime ||= grey;
      const paint = paintOf({ pkg: p.pkg, layer: 0, origin: p.origin }, 'package', this.palette, this.#slots);
      list.push({
        colour: paint.swatch,
        label: grey ? 'runtime' : legendName(p.pkg),
        title: grey ? 'The Go runtime, and frames without a package' : `${p.pkg}: search for it`,
        search: grey ? undefined : p.pkg,
      });
    }
    return list;
  }
}
