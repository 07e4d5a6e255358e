import { versionName } from '../versions';
import { fixOf, type YamlRule } from './rule';

/** pprof is off. */
export const PROFILING: YamlRule = {
  id: 'yaml-pprof-off',
  title: 'pprof is off',
  explains:
    "The component can serve Go's runtime profiles and does not here, so no CPU profile or goroutine dump can be " +
    'taken when it is slow. The fix binds it to 127.0.0.1 where the address is to be chosen: reached by a ' +
    'port-forward, and by nothing else in the cluster. It costs nothing until a profile is taken.',
  *check(context) {
    const { place } = context;
    for (const knob of place.component.knobs) {
      if (knob.kind !== 'pprof' || knob.on === undefined) continue;
      const now = place.inForce(knob);
      if (now === undefined || now.from === 'unknown') continue;
      if (now.value !== '' && now.value !== 'false') continue;
      yield {
        ...(now.span ?? place.mark),
        rule: PROFILING.id,
        severity: 'hint',
        message:
          `pprof of ${place.component.name} is off ` +
          `(${now.from === 'default' ? `its default, ${versionName(place.component, place.version)}` : now.label}). ` +
          `${knob.tells} ${place.component.restart}`,
        fixes: fixOf(context, 'pprof-on', `Set ${now.label} to ${knob.on}`, [{ knob, value: knob.on }], true),
      };
    }
  },
};
