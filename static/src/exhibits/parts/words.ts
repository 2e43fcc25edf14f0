/** The words of the parts, in both languages. */

import english from '../../../../templates/messages/en/parts.json';
import chinese from '../../../../templates/messages/zh/parts.json';
import { addMessages } from '../../words/words';

addMessages({ en: english, zh: chinese });
