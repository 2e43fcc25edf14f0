/** Messages of this exhibit in both languages. */

import english from '../../../../templates/messages/en/pooling.json';
import chinese from '../../../../templates/messages/zh/pooling.json';
import { addMessages } from '../../words/words';

addMessages({ en: english, zh: chinese });
