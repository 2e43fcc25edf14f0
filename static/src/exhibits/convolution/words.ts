/** Messages of this exhibit in both languages. */

import english from '../../../../templates/messages/en/convolution.json';
import chinese from '../../../../templates/messages/zh/convolution.json';
import { addMessages } from '../../words/words';

addMessages({ en: english, zh: chinese });
