/** The words of this exhibit, in both languages. */

import english from '../../../../templates/messages/en/approximation.json';
import chinese from '../../../../templates/messages/zh/approximation.json';
import { teach } from '../../words/words';

teach({ en: english, zh: chinese });
