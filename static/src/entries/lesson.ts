/** A lesson page: typesets formulas, loads exhibits and activates cues. */

import 'katex/dist/katex.min.css';

import './embed';
import { activateCues } from '../lesson/cues';
import { typesetFormulas } from '../lesson/formulas';

typesetFormulas(document);
activateCues(document);
