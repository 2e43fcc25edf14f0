/** Messages of this exhibit in both languages. */

import english from '../../../../templates/messages/en/activation.json';
import chinese from '../../../../templates/messages/zh/activation.json';
import { addMessages } from '../../words/words';

addMessages({ en: english, zh: chinese });
