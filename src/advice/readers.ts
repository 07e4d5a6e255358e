/** What reads versions, clients, controllers and YAML, for the analyzer. */
export { clientsOf } from './clients/index';
export { controllersOf } from './controllers/index';
export { moduleOf } from './modules/index';
export { checkYaml, isRelevantYaml, type YamlReport } from './yaml/index';
