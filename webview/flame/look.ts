/** Which colour each row has, and the legend that says so. */
import type { LegendEntry } from './foot';
import { legendName } from './foot';
import { assignSlots, isRuntime, Palette, paintOf, type ColourMode, type PackageShare, type Paint, type ThemeColours } from './colours';
import type { Model } from './model';

/** Packages named in the legend. */
const LEGEND = 8;

/** Packages of the tree, the one that covers most of the picture first. */
export function packagesOf(model: Model): PackageShare[] {
  const by = new Map<string, { pkg: string; origin: PackageShare['origin']; value: number }>();
  for (let r = 1; r < model.rows; r++) {
    const { pkg, origin } = model.frame(r);
    const p = by.get(pkg);
    if (p) p.value += model.width(r); else by.set(pkg, { pkg, origin, value: model.width(r) });
  }
  return [...by.values()].sort((a, b) => b.value - a.value || (a.pkg < b.pkg ? -1 : 1));
}

export class Look {
  readonly palette: Palette;
  readonly #packages: readonly PackageShare[];
  readonly #slots: ReadonlyMap<string, number>;

  /** `packages`: of the whole tree, so that a zoom changes no colour. */
  constructor(theme: ThemeColours, packages: readonly PackageShare[], private readonly mode: ColourMode) {
    this.palette = new Palette(theme);
    this.#packages = packages;
    this.#slots = assignSlots(packages.filter((p) => !isRuntime(p.pkg) || p.origin === 'own'), this.palette.warm.length, this.palette.cool.length);
  }

  /** The paint of each row of `model`, worked out once for each function. */
  paints(model: Model): (row: number) => Paint {
    const byFunction = new Map<number, Paint>();
    const root = this.palette.grey;
    const { fn } = model.tree;
    return (row) => {
      if (row === 0) return root;
      let p = byFunction.get(fn[row]!);
      if (!p) byFunction.set(fn[row]!, p = paintOf(model.frame(row), this.mode, this.palette, this.#slots));
      return p;
    };
  }

  legend(searching: boolean): LegendEntry[] {
    const { palette } = this;
    const entries: LegendEntry[] = this.mode === 'own'
      ? [
        { colour: palette.own.swatch, label: 'your module', title: 'Packages of the modules in this workspace', search: undefined },
        { colour: palette.mutedDependency.swatch, label: 'dependencies', title: 'Other modules', search: undefined },
        { colour: palette.mutedStd.swatch, label: 'standard library', title: 'Go\'s own packages and the runtime', search: undefined },
      ]
      : this.#byPackage();
    if (searching) entries.unshift({ colour: palette.hit.swatch, label: 'matches', title: 'Frames that match the search', search: undefined });
    return entries;
  }

  #byPackage(): LegendEntry[] {
    const list: LegendEntry[] = [];
    let runtime = false;
    for (const p of this.#packages) {
      if (list.length >= LEGEND) break;
      const grey = isRuntime(p.pkg) && p.origin !== 'own';
      if (grey && runtime) continue;
      runtime ||= grey;
      const paint = paintOf({ name: '', pkg: p.pkg, file: '', line: 0, origin: p.origin }, 'package', this.palette, this.#slots);
      list.push({ colour: paint.swatch, label: grey ? 'runtime' : legendName(p.pkg), title: grey ? 'The Go runtime, and frames without a package' : `${p.pkg}: search for it`, search: grey ? undefined : p.pkg });
    }
    return list;
  }
}
