/** The metrics page: the pipe of a controller, charts, and all that the process exports. */
import '../shared/page.css';
