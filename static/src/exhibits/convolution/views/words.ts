/** The words of the other ways to look at a convolution, and of its panels, in both languages. */

import english from '../../../../../templates/messages/en/convolution-views.json';
import chinese from '../../../../../templates/messages/zh/convolution-views.json';
import { addMessages } from '../../../words/words';

addMessages({ en: english, zh: chinese });
