import '../shared/elements';
import './flame.css';
import { FlamePage } from './page';

const app = document.getElementById('app');
if (app) new FlamePage(app);
