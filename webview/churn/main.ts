/** The changes page: who changes what, live. */
import './page.css';
import { ChurnPage } from './page';

const app = document.getElementById('app');
if (!app) throw new Error('The page has no #app.');
new ChurnPage(app);
