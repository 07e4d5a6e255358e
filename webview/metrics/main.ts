/** The metrics page: a controller's pipeline, charts, and everything that the process exports. */
import './page.css';
import { MetricsPage } from './page';

const app = document.getElementById('app');
if (!app) throw new Error('The page has no #app.');
new MetricsPage(app);
