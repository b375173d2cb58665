"""What `spacy train --code` must import: our French, registered under "fr"."""

from habitat_enquete.nlp.language import register

register()
