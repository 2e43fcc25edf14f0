/** Names of data sets, networks and metrics in the reasons that the server gives. */

import { nameValues } from '../../words/why';
import { hasMessage, say } from '../../words/words';
import { datasetName, networkName } from '../parts/run-names';

nameValues({
  data: datasetName,
  network: networkName,
  value: (value) => (hasMessage(`training.value.${value}`) ? say(`training.value.${value}`) : value),
  metric: (value) => {
    const key = `training.value.metric_${value.replaceAll(' ', '-')}`;
    return hasMessage(key) ? say(key) : value;
  },
});

export { problemText, reasonText } from '../../words/why';
