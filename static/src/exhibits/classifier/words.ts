/** Messages of this exhibit in both languages. */

import english from '../../../../templates/messages/en/classifier.json';
import chinese from '../../../../templates/messages/zh/classifier.json';
import { addMessages } from '../../words/words';

addMessages({ en: english, zh: chinese });
