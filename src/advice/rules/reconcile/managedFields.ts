/** Objects are kept in memory with the record of who wrote which field. */
import { calledAt } from '../../controllers/setups';
import { fieldsBelow } from '../../controllers/workers';
import { CACHE } from '../../controllers/names';
import type { GoRule } from '../../rule';
import { withinManager } from './edits';

export const MANAGED_FIELDS: GoRule = {
  id: 'managed-fields',
  title: 'managedFields in the cache',
  explains:
    'Every cached object carries `metadata.managedFields`, often a third of it or more, which hardly any ' +
    'controller reads. `cache.Options{DefaultTransform: cache.TransformStripManagedFields()}` (v0.18.0 and ' +
    'later) drops them before they are kept; an update that carries none leaves those in the API server as they ' +
    'are. Not offered where the package reads managedFields. Source: pkg/cache/cache.go.',
  *check({ file, controllers, module, pkg }) {
    if (
      module.facts.has('cache', 'TransformStripManagedFields') !== true ||
      pkg.files.some((f) => /\.([GS]et)?ManagedFields\b|\bcsaupgrade\./.test(f.text))
    )
      return;
    for (const m of controllers.managers) {
      if (m.file !== file || !m.read.known || m.read.fields.has('NewCache')) continue;
      const cache = fieldsBelow(m.read, 'Cache', pkg);
      if (cache.fields.has('DefaultTransform') || cache.inner?.known === false) continue;
      const edits = withinManager(
        m,
        'Cache',
        [{ name: 'DefaultTransform', imports: [CACHE], value: (c) => `${c ?? ''}.TransformStripManagedFields()` }],
        file,
        pkg,
      );
      if (edits === undefined) continue;
      yield {
        rule: MANAGED_FIELDS.id,
        severity: 'hint',
        ...calledAt(m.call),
        message: 'The cache of this manager keeps metadata.managedFields of every object in memory.',
        fixes: [{ id: 'strip-managed-fields', title: 'Do not keep managedFields (Cache.DefaultTransform)', edits }],
      };
    }
  },
};
