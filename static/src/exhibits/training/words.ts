/** Messages of this exhibit in both languages. */

import english from '../../../../templates/messages/en/training.json';
import chinese from '../../../../templates/messages/zh/training.json';
import { addMessages } from '../../words/words';

addMessages({ en: english, zh: chinese });
