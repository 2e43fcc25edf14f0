/** A lesson page: formulas are set, exhibits wake, and words that name a part of an exhibit show it there. */

import 'katex/dist/katex.min.css';

import './embed';
import { wakeCues } from '../lesson/cues';
import { setFormulas } from '../lesson/formulas';

setFormulas(document);
wakeCues(document);
