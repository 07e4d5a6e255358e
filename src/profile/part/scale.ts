/**
 * Values with their units as pprof scales and prints them (internal/measurement/measurement.go of
 * github.com/google/pprof).
 */

interface Unit {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly factor: number;
}
interface UnitType {
  readonly units: readonly Unit[];
  readonly fallback: Unit;
}

const unit = (name: string, factor: number, ...aliases: readonly string[]): Unit => ({ name, aliases, factor });
const BYTE = unit('B', 1, 'b', 'byte');
const SECOND = unit('s', 1e9, 's', 'sec', 'second');
const GCU = unit('GCU', 1, 'gcu');

const TYPES: readonly UnitType[] = [
  {
    units: [
      BYTE,
      ...[
        ['k', 'kilo'],
        ['M', 'mega'],
        ['G', 'giga'],
        ['T', 'tera'],
        ['P', 'peta'],
      ].map(([short = '', long], i) =>
        unit(`${short}B`, 1024 ** (i + 1), `${short.toLowerCase()}b`, `${short.toLowerCase()}byte`, `${long}byte`),
      ),
    ],
    fallback: BYTE,
  },
  {
    units: [
      unit('ns', 1, 'ns', 'nanosecond'),
      unit('us', 1e3, 'μs', 'us', 'microsecond'),
      unit('ms', 1e6, 'ms', 'millisecond'),
      SECOND,
      unit('hrs', 3600e9, 'hour', 'hr'),
    ],
    fallback: SECOND,
  },
  {
    units: [
      unit('n*GCU', 1e-9, 'nanogcu'),
      unit('u*GCU', 1e-6, 'microgcu'),
      unit('m*GCU', 1e-3, 'milligcu'),
      GCU,
      unit('k*GCU', 1e3, 'kilogcu'),
      unit('M*GCU', 1e6, 'megagcu'),
      unit('G*GCU', 1e9, 'gigagcu'),
      unit('T*GCU', 1e12, 'teragcu'),
      unit('P*GCU', 1e15, 'petagcu'),
    ],
    fallback: GCU,
  },
];

function find({ units }: UnitType, name: string): Unit | undefined {
  let word = name.toLowerCase();
  if (word.length > 2) word = word.replace(/s$/, '');
  return units.find((u) => u.aliases.includes(word));
}

/**
 * Converts a value to another unit, or for 'minimum' and 'auto' to the largest unit that leaves at least one. Returns
 * it with the unit's name, '' for counts.
 */
export function scale(value: number, from: string, to: string): readonly [number, string] {
  if (value < 0) {
    const [v, u] = scale(-value, from, to);
    return [-v, u];
  }
  for (const type of TYPES) {
    const source = find(type, from);
    if (!source) continue;
    const v = value * source.factor;
    if (to === 'minimum' || to === 'auto') {
      let best: Unit | undefined;
      for (const u of type.units) if (u.factor >= (best?.factor ?? 0) && v / u.factor >= 1) best = u;
      const used = best ?? type.fallback;
      return [v / used.factor, used.name];
    }
    const target = find(type, to) ?? type.fallback;
    return [v / target.factor, target.name];
  }
  return [value, /^(count|sample|unit|minimum|auto)$/.test(to) ? '' : to];
}

/** A value as text: "1.50kB", "10ms", "3". */
export function scaled(value: number, from: string, to = 'minimum'): string {
  const [v, u] = scale(value, from, to);
  const text = twoDigits(v).replace(/\.00$/, '');
  return text === '0' || text === '-0' ? '0' : text + u;
}

/** Go rounds a tie to the even digit, JavaScript up; with two digits, only odd eighths are ties. */
function twoDigits(v: number): string {
  const halfway = Math.abs(v * 8) % 2 === 1;
  const down = Math.floor(v * 100);
  return (halfway ? (down % 2 === 0 ? down : down + 1) / 100 : v).toFixed(2);
}

/** Whether values of two units can be added once one is scaled. */
export function sameDimension(a: string, b: string): boolean {
  return a === b || TYPES.some((t) => find(t, a) !== undefined && find(t, b) !== undefined);
}
