/** Messages of this exhibit in both languages. */

import english from '../../../../templates/messages/en/normalization.json';
import chinese from '../../../../templates/messages/zh/normalization.json';
import { addMessages } from '../../words/words';

addMessages({ en: english, zh: chinese });
