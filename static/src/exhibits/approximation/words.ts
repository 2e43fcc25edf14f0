/** Messages of this exhibit in both languages. */

import english from '../../../../templates/messages/en/approximation.json';
import chinese from '../../../../templates/messages/zh/approximation.json';
import { addMessages } from '../../words/words';

addMessages({ en: english, zh: chinese });
