/** Messages of this exhibit in both languages. */

import english from '../../../../templates/messages/en/dropout.json';
import chinese from '../../../../templates/messages/zh/dropout.json';
import { addMessages } from '../../words/words';

addMessages({ en: english, zh: chinese });
