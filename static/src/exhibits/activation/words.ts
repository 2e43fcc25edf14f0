/** The words of this exhibit, in both languages. */

import english from '../../../../templates/messages/en/activation.json';
import chinese from '../../../../templates/messages/zh/activation.json';
import { teach } from '../../words/words';

teach({ en: english, zh: chinese });
