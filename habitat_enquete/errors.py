"""What can go wrong, said in French: where, what, and the next thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from habitat_enquete.typography import agreed


class Severity(StrEnum):
    """An error keeps something out of the analysis; a warning tells something the user should look at."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """The catalogue: each problem, and the French sentence that tells it. `{…}` are filled when it is raised.

    One section per stage, in the order of the pipeline. A sentence never holds what a person said in an interview.
    """

    # ── the study and its files ────────────────────────────────────────────────────────────────────────────────
    STUDY_NOT_FOUND = (
        "Le dossier « {path} » n'est pas une étude : il n'y a ni codebook.yaml ni questionnaires/. "
        "Placez-vous dans le dossier de l'étude, indiquez-le par « enquete -C DOSSIER », "
        "ou créez-en une par « enquete init DOSSIER »."
    )
    FILE_MISSING = (
        "Le fichier « {file} » n'existe pas. Vérifiez son nom et le dossier où vous tapez la commande."
    )
    FILE_EMPTY = "Le fichier « {file} » est vide (0 octet). Exportez-le ou enregistrez-le de nouveau."
    FILE_UNREADABLE = "Le fichier « {file} » ne peut pas être lu : {why}. Fermez-le s'il est ouvert ailleurs, puis vérifiez vos droits."
    FILE_NOT_UTF8 = (
        "« {file} », ligne {line} : ce fichier n'est pas enregistré en UTF-8. "
        "Rouvrez-le dans un éditeur de texte et enregistrez-le en UTF-8."
    )
    FOLDER_NOT_EMPTY = (
        "Le dossier « {path} » contient déjà des fichiers. Choisissez un dossier vide ou un nouveau nom."
    )
    YAML_SYNTAX = "{file}, ligne {line} : ce YAML n'est pas lisible ({why}). Vérifiez l'indentation, les deux-points et les guillemets de cette ligne."
    YAML_UNKNOWN_KEY = (
        "{file}, ligne {line} : la clé « {key} » n'est pas connue ici.{hint} Corrigez-la ou supprimez-la."
    )
    YAML_DUPLICATE_KEY = "{file}, ligne {line} : la clé « {key} » est écrite deux fois. Gardez-en une seule."
    YAML_WRONG_TYPE = "{file}, ligne {line} : « {key} » attend {expected}. Corrigez cette valeur."
    YAML_FORBIDDEN = "{file}, ligne {line} : {what} n'a pas sa place dans un fichier d'étude. Écrivez la valeur en toutes lettres."

    PACKAGE_MISSING = (
        "{what} demande un paquet supplémentaire qui n'est pas installé. "
        "Tapez : pip install 'habitat_enquete[{extra}]'"
    )
    YAML_TOO_BIG = "« {file} » dépasse {megabytes} Mo : ce n'est pas un fichier d'étude. Vérifiez que c'est le bon fichier."
    FILE_PROBLEMS = "« {file} » contient {count} erreur(s) à corriger. {first}"

    # ── guards: what every file must be before anybody reads it ────────────────────────────────────────────────
    FILE_IS_FOLDER = "« {file} » est un dossier, il faut un fichier. Indiquez le fichier qu'il contient."
    FILE_NOT_REGULAR = "« {file} » n'est pas un fichier ordinaire (tube, périphérique…). Copiez son contenu dans un vrai fichier."
    FILE_TOO_BIG = "Le fichier « {file} » pèse {size}, au-delà de la limite de {limit}. Découpez-le ou retirez-en les images, puis recommencez."
    FILE_WRONG_TYPE = "« {file} » est en réalité {found}, pas {expected} comme son nom le dit. Renommez-le avec la bonne extension ou exportez-le de nouveau."
    FILE_NO_WORKBOOK = "« {file} » n'est pas un classeur : son contenu est {found}. Exportez les réponses en .xlsx, .ods ou .csv."
    FILE_BINARY = "« {file} » n'est pas du texte : son contenu est {found}. Exportez le texte depuis le logiciel d'origine."
    FILE_DAMAGED = "« {file} » est abîmé ou incomplet ({why}). Ouvrez-le dans son logiciel, enregistrez-le de nouveau, ou reprenez l'original."
    FILE_PASSWORD = "« {file} » est protégé par un mot de passe. Ouvrez-le dans son logiciel, retirez la protection, enregistrez une copie."
    FILE_OLD_FORMAT = "« {file} » est dans l'ancien format {found}. Ouvrez-le (Word, LibreOffice) et enregistrez-le en {advice}."
    ARCHIVE_BOMB = "« {file} » se déploierait en {size} pour {packed} sur le disque : refusé par prudence. Demandez un fichier sain à qui vous l'a transmis."
    ARCHIVE_FORBIDDEN = "« {file} » contient {what}, ce qu'aucun logiciel de bureau n'écrit : refusé par prudence. Demandez un fichier sain à qui vous l'a transmis."
    XML_FORBIDDEN = (
        "« {file} » contient {what}, refusé par prudence. Exportez-le de nouveau depuis son logiciel."
    )
    XML_DAMAGED = "« {file} » n'est pas lisible à la ligne {line} de {part} ({why}). Ouvrez-le dans son logiciel et enregistrez-le de nouveau."
    ENCODING_UNKNOWN = (
        "L'encodage « {encoding} » n'existe pas. Écrivez par exemple utf-8, cp1252, mac_roman ou cp850."
    )
    ENCODING_WRONG = "« {file} » n'est pas encodé en {encoding} (octet {offset}). Laissez l'encodage être reconnu, ou indiquez le bon."
    ENCODING_MIXED = "« {file} » mélange deux encodages ({count} octets isolés lus comme Windows-1252). Relisez les accents autour des copier-coller."
    ENCODING_REPAIRED = "« {file} » portait des accents abîmés (« Ã© » pour « é ») : {count} ont été réparés. Vérifiez quelques passages."

    # ── questionnaires and guides ──────────────────────────────────────────────────────────────────────────────
    # {place} is « fichier.yaml, ligne 12 » or « formulaire.xlsx, survey!F12 ».
    QUESTIONNAIRE_EMPTY = (
        "{place} : aucune question. Ajoutez une liste « questions: » (ou une feuille « survey »)."
    )
    GUIDE_EMPTY = "{place} : ce guide n'a pas de thème. Ajoutez une liste « themes: »."
    DEFINITION_NAME_MISSING = "{place} : {what} n'a pas de nom. Ajoutez « name: », en un mot sans espace."
    QUESTION_DUPLICATE = (
        "{place} : le nom « {name} » est déjà pris (ligne {first}). Renommez l'une des deux questions."
    )
    QUESTION_SAME_NAME = (
        "{place} : le nom « {name} » sert déjà dans un autre bloc (ligne {first}). Il est lu « {read} » ; "
        "donnez plutôt un nom à chacune des deux questions."
    )
    GUIDE_LABEL_MISSING = (
        "{place} : {what} du guide n'a pas de libellé. Écrivez « label: », tel qu'il sera dit."
    )
    GUIDE_CLOSING_UNKNOWN = (
        "{place} : le talon cite « {name} », qui n'est une question d'aucun questionnaire de l'étude.{hint} "
        "Corrigez ce nom, ou écrivez la question dans un questionnaire."
    )
    GUIDE_CODE_UNKNOWN = (
        "{place} : le thème « {theme} » doit nourrir « {code} », que codebook.yaml ne contient pas.{hint} "
        "Corrigez ce code, ou ajoutez-le à la grille."
    )
    DEFINITION_FORMAT_UNKNOWN = (
        "« {file} » ({suffix}) n'est ni un questionnaire YAML (.yaml) ni un XLSForm (.xlsx, .xls). "
        "Enregistrez-le dans l'un de ces formats."
    )
    QUESTIONNAIRE_NOT_FOUND = (
        "Aucun questionnaire ne s'appelle « {name} ».{hint} Questionnaires de l'étude : {known}. "
        "Vérifiez l'option --questionnaire et le dossier questionnaires/."
    )
    QUESTION_TYPE_UNKNOWN = (
        "{place} : le type « {type} » n'existe pas.{hint} Corrigez le type de cette question."
    )
    CHOICE_DUPLICATE = (
        "{place} : la modalité « {name} » est écrite deux fois dans la liste « {list} ». Gardez-en une seule."
    )

    XLSFORM_NOT_ONE = (
        "« {file} » n'est pas un XLSForm : aucune feuille n'a de colonnes « type » et « name » (feuilles : {sheets}). "
        "Vérifiez que c'est le formulaire, et non un export de réponses."
    )
    TYPE_MISSING = (
        "{place} : « {name} » n'a pas de type, cette ligne est ignorée. Indiquez un type ou effacez la ligne."
    )
    LOOP_IGNORED = (
        "{place} : la boucle « {name} » sur une liste (begin loop) est lue comme un simple bloc, posé une fois. "
        "Écrivez un tableau, ou une boucle begin_repeat."
    )
    BLOCK_NEVER_CLOSED = (
        "{place} : le bloc « {name} » n'est jamais refermé. Ajoutez une ligne end_group ou end_repeat."
    )
    BLOCK_NEVER_OPENED = (
        "{place} : « {type} » ne referme aucun bloc. Supprimez cette ligne ou ajoutez le begin correspondant."
    )
    BLOCK_MISMATCH = (
        "{place} : le bloc « {name} », ouvert ligne {row_begin}, est refermé par l'autre sorte de fin. "
        "Accordez group avec group et repeat avec repeat."
    )

    # the check of a questionnaire
    CHECK_EXPRESSION = "{place}, {field} de « {name} » : {sentence}"
    CHECK_CURLY_QUOTES = (
        "{place}, {field} de « {name} » : des guillemets courbes (’ ou “) entourent un texte. "
        "Remplacez-les par des guillemets droits (')."
    )
    CHECK_REFERENCE_MISSING = "{place}, {field} de « {name} » : la question « {reference} » n'existe pas.{hint} Corrigez la référence ${{{reference}}}."
    CHECK_CHOICE_MISSING = (
        "{place}, {field} de « {name} » : « {choice} » n'est pas une modalité de « {reference} ».{hint} "
        "Modalités connues : {known}."
    )
    CHECK_REFERENCE_AMBIGUOUS = (
        "{place}, {field} de « {name} » : plusieurs questions s'appellent « {reference} ». "
        "Renommez-les, sinon les outils de collecte refusent ce formulaire."
    )
    CHECK_NOT_IN_COLLECT = (
        "{place}, {field} de « {name} » : ODK Collect et KoboCollect s'arrêtent sur {what}. {advice}"
    )
    CHECK_DATE_TEXT = (
        "{place}, {field} de « {name} » : une date y est comparée à un texte, ce que ODK Collect tient toujours pour faux. "
        "Écrivez date('{text}')."
    )
    CHECK_FRENCH_QUOTES = (
        "{place}, {field} de « {name} » : des guillemets « » ou „ entourent un texte, ce que les outils de collecte refusent. "
        "Remplacez-les par des guillemets droits (')."
    )
    CHECK_BARE_WORD = (
        "{place}, {field} de « {name} » : « {word} » n'est ni une référence ni un texte. Écrivez {advice}."
    )
    CHECK_COLUMN_MISSING = (
        "{place}, {field} de « {name} » : la liste « {list} » n'a pas de colonne « {column} ».{hint} "
        "Ajoutez-la aux modalités ou corrigez son nom."
    )
    CHECK_REPEAT_READ = (
        "{place}, {field} de « {name} » : « {reference} » est dans la boucle « {repeat} » et a autant de réponses que de tours. "
        "Dites lequel (indexed-repeat) ou résumez-les (sum, max, count…)."
    )
    CHECK_NOT_A_REPEAT = "{place}, {field} de « {name} » : « {reference} » n'est pas une boucle.{hint} indexed-repeat() attend ${{question}}, ${{boucle}}, rang."
    CHECK_NOT_IN_REPEAT = "{place}, {field} de « {name} » : « {reference} » n'est pas une question de la boucle « {repeat} ». Citez-en une autre ou retirez indexed-repeat()."
    CHECK_TEXT_REFERENCE = "{place} : {what} de « {name} » cite « {reference} », qui n'existe pas.{hint} Corrigez la référence ${{{reference}}}."
    CHECK_BLOCK_TWICE = (
        "{place} : le nom « {name} » est déjà pris au même niveau (ligne {first}). Renommez l'un des deux."
    )
    CHECK_CONSTRAINT_IMPOSSIBLE = "{place} : aucune réponse à « {name} » ne satisfait son contrôle ({condition}). Corrigez-le, sinon personne ne pourra répondre."
    CHECK_CYCLE = "{place} : les expressions tournent en rond ({cycle}). Retirez l'une de ces références."
    CHECK_FORWARD = (
        "{place}, {field} de « {name} » : la question « {reference} » est posée plus loin. "
        "Déplacez-la avant « {name} », sinon la condition reste fausse pendant la saisie."
    )
    CHECK_UNREACHABLE = "{place} : « {name} » ne peut jamais être posée ({condition}). Corrigez son filtre ou celui de ses blocs."
    CHECK_LIST_MISSING = "{place} : la liste de modalités « {list} » de « {name} » n'existe pas.{hint} Créez-la ou corrigez son nom."
    CHECK_LIST_NONE = "{place} : « {name} » est une question à choix sans liste de modalités. Indiquez « liste: » (ou select_one LISTE)."
    CHECK_LIST_EMPTY = (
        "{place} : la liste de modalités « {list} » de « {name} » est vide. Ajoutez ses modalités."
    )
    CHECK_LIST_UNUSED = (
        "{place} : la liste de modalités « {list} » ne sert à aucune question. Supprimez-la ou utilisez-la."
    )
    CHECK_LABEL_MISSING = (
        "{place} : « {name} » n'a pas de libellé. Écrivez la question telle qu'elle sera posée."
    )
    CHECK_LABEL_TWICE = "{place} : « {name} » et « {other} » ont le même libellé. Un export par libellés ne pourra pas les distinguer : précisez l'un des deux."
    CHECK_CHOICE_LABEL_TWICE = "{place} : dans la liste « {list} », « {name} » et « {other} » ont le même libellé. Précisez l'un des deux."
    CHECK_NAME_INVALID = (
        "{place} : le nom « {name} » n'est pas accepté par les outils de collecte. "
        "Commencez par une lettre, puis des lettres, chiffres ou _ ; sans espace."
    )
    CHECK_NAME_ACCENTS = "{place} : le nom « {name} » porte des accents, que plusieurs outils refusent. Écrivez-le sans accent."
    CHECK_NAME_CASE = (
        "{place} : « {name} » et « {other} » ne diffèrent que par les majuscules. Renommez l'une des deux."
    )
    CHECK_CHOICE_SPACE = (
        "{place} : le code « {name} » de la liste « {list} » contient une espace, qui sépare les réponses d'un choix multiple. "
        "Remplacez-la par _."
    )
    CHECK_MATRIX_EMPTY = "{place} : le tableau « {name} » n'a pas de lignes. Ajoutez « lignes: »."
    CHECK_MAXIMUM = "{place} : « {name} » permet {maximum} choix mais sa liste n'en compte que {count}. Corrigez « max: »."
    CHECK_DEFAULT = "{place} : la valeur par défaut « {value} » de « {name} » n'est pas une de ses modalités.{hint} Corrigez-la."
    CHECK_MESSAGE_MISSING = (
        "{place} : le contrôle de « {name} » n'a pas de message. Dites à l'enquêteur quoi corriger."
    )
    CHECK_CALCULATION_MISSING = "{place} : le calcul « {name} » n'a pas de formule. Ajoutez « calcul: »."
    CHECK_SETTING_REFERENCE = (
        "{place} : {what} cite « {name} », qui n'est pas une question.{hint} Corrigez ce nom."
    )
    CHECK_SETTING_CHOICE = "{place} : {what} attend « {choice} », qui n'est pas une réponse possible à « {name} ».{hint} Corrigez cette valeur."
    CHECK_UNTRANSLATED = "{place} : {count} texte(s) sans traduction en « {language} », à commencer par « {name} ». Traduisez-les ou retirez cette langue."

    CONVERT_NESTED_REPEAT = (
        "{place} : la boucle « {name} » est dans la boucle « {outer} », ce que ce format ne sait pas poser : elle l'est une fois, "
        "à la suite. Séparez les deux boucles, ou collectez avec Kobo ou ODK."
    )
    CONVERT_RENAMED = (
        "{place} : le nom « {name} » était déjà pris (ligne {first}) ; la question s'appelle ici « {read} ». "
        "Vérifiez les filtres qui la citent."
    )
    LIMESURVEY_EXPRESSION = (
        "{place} : l'expression « {text} » de « {name} » n'a pas d'équivalent dans LimeSurvey ({why}). "
        "Réécrivez-la dans LimeSurvey après l'import."
    )

    CONVERT_FORMAT = (
        "Le format de « {file} » n'est pas reconnu. Ajoutez --format ({known}) ou changez l'extension."
    )
    CONVERT_GUIDE = "« {file} » est un guide d'entretien : il s'imprime par « enquete questionnaire print » mais ne se convertit pas."
    CONVERT_EXISTS = "« {file} » existe déjà. Ajoutez --force pour le remplacer (les commentaires d'un YAML sont gardés), ou changez de nom."
    PYXFORM_MISSING = (
        "L'écriture d'un XForm demande pyxform. Installez-le par « pip install habitat_enquete[odk] »."
    )
    PYXFORM_REFUSES = "Le formulaire « {file} » est refusé par pyxform : {why}. Corrigez ce point, puis relancez « enquete questionnaire check »."

    INFER_DEFINITION = (
        "« {file} » est un questionnaire, et non un export de réponses. "
        "Vérifiez-le par « enquete questionnaire check {file} », ou donnez le fichier des réponses."
    )
    INFER_NOTHING = (
        "« {file} », feuille « {sheet} » : aucune colonne de réponses n'a été reconnue. "
        "Indiquez la bonne feuille par --sheet, avec une ligne d'en-têtes."
    )

    BROWSER_MISSING = (
        "« {file} » demande un navigateur Chromium, Chrome ou Edge, qui n'a pas été trouvé. "
        "Installez-en un, ou demandez --format html puis imprimez la page en PDF."
    )
    BROWSER_FAILED = (
        "Le navigateur n'a pas su écrire « {file} ». Demandez --format html puis imprimez la page en PDF."
    )

    FORM_JSON_UNKNOWN = (
        "« {file} » n'est pas un fichier de réponses enregistré par le formulaire hors ligne. "
        "Téléchargez-le de nouveau depuis le formulaire, en JSON ou en CSV."
    )

    # ── expressions: conditions, constraints, calculations ─────────────────────────────────────────────────────
    EXPRESSION_SYNTAX = (
        "L'expression « {text} » n'est pas lisible au caractère {column} : {why}. Corrigez-la."
    )
    EXPRESSION_FUNCTION_UNKNOWN = (
        "La fonction « {name}() » n'existe pas.{hint} Corrigez l'expression « {text} »."
    )
    EXPRESSION_ARGUMENTS = (
        "La fonction « {name}() » attend {expected}, et non {found}. Corrigez l'expression « {text} »."
    )
    EXPRESSION_NOT_COMPUTABLE = (
        "L'expression « {text} » dépend d'un élément ({what}) que seul l'outil de collecte connaît : elle ne peut pas être recalculée ici. "
        "Ses réponses sont gardées telles quelles."
    )
    EXPRESSION_REGEX = (
        "Le motif « {pattern} » de regex() n'est pas valable ({why}). Corrigez l'expression « {text} »."
    )

    # ── the codebook ───────────────────────────────────────────────────────────────────────────────────────────
    CODEBOOK_EMPTY = "« {file} » ne contient aucun code. Ajoutez sous « themes » au moins un thème et un code (voir docs/grille_de_codage.md)."
    CODEBOOK_MISSING_KEY = "{file}, ligne {line} : il manque « {key} » ici. Ajoutez cette ligne."
    CODEBOOK_BAD_ID = (
        "{file}, ligne {line} : « {id} » ne peut pas servir d'identifiant. Employez des minuscules sans accent, "
        "des chiffres et « _ », par exemple « {suggestion} »."
    )
    CODEBOOK_DUPLICATE_ID = "{file}, ligne {line} : l'identifiant « {id} » est déjà pris à la ligne {other}. Renommez l'un des deux."
    CODEBOOK_UNKNOWN_REFERENCE = (
        "{file}, ligne {line} : « {key} » renvoie à « {target} », que la grille ne définit pas.{hint} "
        "Corrigez ce nom ou ajoutez sa définition."
    )
    CODEBOOK_PARENT_CYCLE = (
        "{file}, ligne {line} : le code « {id} » est son propre ancêtre. Corrigez « parent »."
    )
    CODEBOOK_BAD_TERM = "{file}, ligne {line} : le terme « {term} » ne peut rien trouver ({why}). Corrigez-le ou supprimez-le."
    CODEBOOK_EMPTY_RULE = "{file}, ligne {line} : cette règle ne demande rien. Donnez-lui au moins « all_of », « any_of » ou « patterns »."
    CODEBOOK_BAD_PATTERN = (
        "{file}, ligne {line} : « patterns » attend une liste de motifs, chacun une liste de jetons entre accolades, "
        "par exemple « - [{{LEMMA: chercher}}, {{POS: NOUN}}] »."
    )
    CODEBOOK_BAD_TOKEN = "{file}, ligne {line} : ce motif ne peut rien trouver : {why}. Corrigez-le (jetons du Matcher de spaCy)."
    CODEBOOK_BAD_GUID = (
        "{file}, ligne {line} : « {guid} » n'est pas un identifiant REFI-QDA. Supprimez cette ligne ou écrivez-le sous la forme "
        "7d1f0c2e-8e0a-4f7c-9c51-0f5cf0f4a111."
    )
    CODEBOOK_BAD_COLOUR = '{file}, ligne {line} : « {colour} » n\'est pas une couleur. Écrivez-la sous la forme "#1b6ca8", entre guillemets.'
    CODEBOOK_CODE_ABSENT = (
        "La grille n'a pas de code « {id} ».{hint} Les codes sont les « id » de codebook.yaml."
    )
    CODEBOOK_THEME_ABSENT = (
        "La grille n'a pas de thème « {id} ».{hint} Donnez l'identifiant d'un thème de codebook.yaml."
    )
    CODEBOOK_EDIT_REFUSED = "La grille n'a pas été modifiée : {why}."
    CODEBOOK_CHANGED_ELSEWHERE = "« {file} » a été modifié entre-temps par quelqu'un d'autre. Rechargez la page, puis refaites ce changement."

    # ── the French language pipeline ───────────────────────────────────────────────────────────────────────────
    LANG_NOT_CONLLU = (
        "{file}, ligne {line} : ce n'est pas du CoNLL-U (dix colonnes séparées par des tabulations). "
        "Donnez un fichier .conllu d'Universal Dependencies."
    )
    LANG_PIPELINE_ABSENT = (
        "Le modèle de langue « {name} » n'est pas installé. Installez-le, ou donnez « fr_enquete_parle » (livré avec enquete) "
        "ou « blank » (tables de lemmes seules)."
    )
    LANG_COMPONENT_ABSENT = "Le modèle de langue « {name} » ne sait pas faire cela ({need}). Employez « fr_enquete_parle », livré avec enquete."

    # ── coding ─────────────────────────────────────────────────────────────────────────────────────────────────
    CODING_ABSENT = "Le codage n° {id} n'existe plus : quelqu'un l'a supprimé. Rechargez la page."
    CODING_CHANGED_ELSEWHERE = (
        "Le codage n° {id} a changé entre-temps (une autre fenêtre ou un autre codeur). "
        "Rien n'a été enregistré. Rechargez la page, puis refaites ce geste s'il a encore un sens."
    )
    CODING_BAD_SPAN = (
        "Le passage [{start}, {end}[ ne tient pas dans le document « {document} » ({length} caractères). "
        "Sélectionnez de nouveau le passage."
    )
    CODING_ALREADY_THERE = "Ce passage porte déjà le code « {label} » (codage n° {id}). Choisissez un autre code ou un autre passage."
    CODING_NOT_YOURS = "Le codage n° {id} est l'œuvre de « {coder} ». Rejetez-le ou codez le passage à votre tour, sans supprimer le sien."
    CODING_NOTHING_TO_UNDO = "Il n'y a plus rien à annuler pour « {coder} »."
    CODING_NOTHING_TO_REDO = "Il n'y a plus rien à rétablir pour « {coder} »."
    CODER_BAD_NAME = (
        "« {name} » ne peut pas servir de nom de codeur. Employez des lettres, des chiffres, « - » et « _ » "
        "(32 signes au plus), ni « rules » ni « model »."
    )
    RENAMED_UNKNOWN_CODE = (
        "Le code « {name} » n'est pas dans la grille : rien n'a été reporté.{hint} "
        "« --renamed ANCIEN=NOUVEAU » attend pour NOUVEAU un « id » de codebook.yaml."
    )
    RENAMED_UNUSED_CODE = (
        "Aucun codage ne porte le code « {name} » : rien n'a été reporté.{hint} "
        "« --renamed ANCIEN=NOUVEAU » attend pour ANCIEN un code employé dans l'étude."
    )
    AGREEMENT_ONE_CODER = (
        "Il faut au moins deux codeurs pour mesurer un accord (trouvés : {count}). "
        "Faites coder une partie des documents par une seconde personne : « enquete review --coder PRÉNOM --blind »."
    )
    AGREEMENT_UNKNOWN_CODER = "« {name} » n'a rien codé dans cette étude. Codeurs connus : {known}."
    AGREEMENT_NOTHING_COMMON = (
        "Aucun document n'a été travaillé par tous ({coders}). Faites coder les mêmes documents, "
        "ou comparez aussi les autres avec « --all-documents »."
    )
    QUERY_SYNTAX = "La requête « {text} » n'est pas comprise : {why}. Exemple : loyer_eleve ET (emploi OU theme:mobilite) SAUF hlm."
    QUERY_UNKNOWN_NAME = "« {name} » n'est ni un code ni un thème de la grille.{hint} Les codes sont les « id » de codebook.yaml."
    QUERY_BAD_CONDITION = (
        "La condition « {text} » n'est pas comprise. Écrivez par exemple public=nouvel_arrivant ou age>=60."
    )
    QUERY_NO_NUMBER = "La condition « {text} » compare avec « {value} », qui n'est ni un nombre ni une date. Écrivez par exemple age>=60 ou date_entretien<2021-06-01."
    QUERY_UNKNOWN_ATTRIBUTE = (
        "Personne n'a de caractéristique « {name} » dans cette étude. Caractéristiques connues : {known}."
    )
    DOCUMENT_ABSENT = (
        "Le document « {id} » n'est pas dans l'étude. « enquete status » liste ce qui est importé."
    )

    # ── transcripts ────────────────────────────────────────────────────────────────────────────────────────────
    INTERVIEWS_NO_FOLDER = (
        "Le dossier d'entretiens « {path} » n'existe pas. Indiquez celui qui contient les transcriptions."
    )
    INTERVIEWS_NO_FILE = "Le dossier « {path} » ne contient aucune transcription (.docx, .odt, .txt, .srt, .pdf…). Déposez-y les entretiens."
    TRANSCRIPT_UNKNOWN_FORMAT = "« {file} » : le format « {suffix} » n'est pas lu. Enregistrez la transcription en .docx, .odt, .txt ou .srt."
    TRANSCRIPT_UNKNOWN_XML = "« {file} » est un XML inconnu (élément « {root} »). Exportez la transcription en .docx, .txt, .eaf, .trs ou TEI."
    TRANSCRIPT_NO_WORDS = "« {file} » ne contient aucun mot. Vérifiez que la transcription a bien été enregistrée dans ce fichier."
    TRANSCRIPT_SCANNED = "« {file} » ({pages} page(s)) ne contient que des images : c'est un document numérisé. Passez-le par une reconnaissance de caractères (OCR), ou demandez le fichier d'origine."
    TRANSCRIPT_TOO_LONG = (
        "« {file} » dépasse {limit} : ce n'est pas un entretien. Découpez-le en un fichier par entretien."
    )
    TRANSCRIPT_ENDLESS_LINE = "{file}, ligne {row} : une seule ligne de {length} caractères, aucun tour de parole ne s'y lit. Exportez de nouveau la transcription avec ses retours à la ligne."
    TRANSCRIPT_DELETED_TEXT = "« {file} » : texte supprimé en suivi des modifications ou masqué, non lu : {count} passage(s). Acceptez ou refusez les modifications pour trancher."
    TRANSCRIPT_HIDDEN_TEXT = (
        "« {file} » : texte masqué, non lu : {count} passage(s). Affichez-le s'il fait partie de l'entretien."
    )
    TRANSCRIPT_CONVERTED = "« {file} » : ancien document Word, lu à travers LibreOffice. Enregistrez-le en .docx pour ne plus dépendre de cette conversion."
    TRANSCRIPT_TIERS_ASIDE = "« {file} » : les pistes {tiers} ne sont pas de la parole et n'ont pas été lues comme telle. Renommez-les si elles en sont."
    TRANSCRIPT_NO_SPEAKER = "« {file} » : aucun locuteur reconnu ; tout le texte est gardé comme parole d'enquêté. Écrivez le nom devant chaque tour (« ENQ : », « Marie : ») ou mettez les questions en gras."
    TRANSCRIPT_GUESSED_TURNS = "« {file} » : les tours sont séparés par {how}, sans nom ; deux voix alternées ont été supposées. Vérifiez-les et nommez les locuteurs."
    TRANSCRIPT_NO_INTERVIEWER = "« {file} » : l'enquêteur n'a pas été reconnu parmi {labels}. Indiquez-le dans la colonne « enqueteur » d'entretiens.csv."
    SPEAKER_MISSPELT = "« {file} » : le locuteur « {label} » ({count} tour(s)) ressemble à « {close} » et a pris son rôle. Corrigez la transcription, ou écrivez « {label}={close} » dans la colonne « locuteurs » d'entretiens.csv."
    TURN_WITHOUT_WORDS = "« {file} » : {count} nom(s) de locuteur sans aucun mot à la suite ({place} en premier). Complétez ou retirez ces lignes."
    SUBTITLE_BROKEN_TIME = "{file}, ligne {row} : ces temps ne se lisent pas ou vont à rebours ; les mots du sous-titre sont gardés, sans temps. Corrigez-les si vous voulez le minutage."
    SUBTITLE_NO_CUE = "« {file} » ne contient aucun sous-titre (« 00:00:01,000 --> 00:00:04,000 » puis le texte). Exportez-le de nouveau."
    TEXTGRID_BROKEN = "{file}, ligne {row} : ce TextGrid n'est plus lisible à partir d'ici. Ouvrez-le dans Praat et enregistrez-le en « text file »."
    TEXTGRID_BINARY = "« {file} » est un TextGrid binaire. Enregistrez-le depuis Praat en « text file »."
    JSON_BROKEN = "{file}, ligne {row} : ce JSON n'est pas lisible. Exportez-le de nouveau depuis l'outil de transcription."
    JSON_NO_UTTERANCE = (
        "« {file} » : aucune liste de prises de parole dans ce JSON. Exportez en .srt, .vtt, .docx ou .txt."
    )
    INTERVIEW_TABLE_COLUMN = "{file} : il manque la colonne « fichier ». Elle dit quelle transcription chaque ligne décrit ; ajoutez-la."
    INTERVIEW_TABLE_NO_FILE = "{file}, ligne {row} : « {value} » n'est pas dans le dossier. Corrigez le nom dans la colonne « fichier » ou ajoutez la transcription.{hint}"
    INTERVIEW_TABLE_TWICE = (
        "{file}, ligne {row} : « {value} » est déjà décrit plus haut. Gardez une seule ligne par fichier."
    )
    INTERVIEW_TABLE_SPEAKER = "{file}, ligne {row} : « {value} » ne parle pas dans cette transcription (locuteurs : {labels}). Corrigez la colonne « {column} »."
    INTERVIEW_NOT_DECLARED = "« {file} » n'est pas décrit dans entretiens.csv : ni public, ni commune, ni consentement connus. Ajoutez-y une ligne."
    INTERVIEWS_NOT_DECLARED = "{count} entretiens ne sont pas décrits dans entretiens.csv ({files}) : ni public, ni commune, ni consentement connus. Ajoutez une ligne pour chacun."
    INTERVIEW_SAME_ID = "« {file} » et « {other} » donneraient le même entretien « {id} ». Donnez-leur un identifiant dans entretiens.csv (le même si ce sont deux parties)."
    INTERVIEW_PARTS = "« {file} » et « {other} » semblent deux parties du même entretien. Si c'est le cas, donnez-leur le même identifiant dans entretiens.csv."
    INTERVIEW_GONE = "« {file} » n'est plus dans le dossier ; l'entretien « {id} » et ses codages sont gardés. Remettez le fichier si l'entretien fait partie de l'étude."

    # ── answers: importing files of responses ──────────────────────────────────────────────────────────────────
    NO_TABLE = "« {file} » ne contient aucun tableau. Exportez les réponses en xlsx, ods ou csv."
    SHEET_MISSING = "« {file} » n'a pas de feuille « {sheet} ». Ses feuilles : {sheets}."
    QUESTIONNAIRE_ALMOST = (
        "« {file} » ressemble aux réponses à « {questionnaire} », mais trop peu de colonnes en portent exactement les noms ou les "
        "libellés. Relisez les rapprochements proposés dans {mapping}, puis relancez enquete import."
    )
    QUESTIONNAIRE_NO_MATCH = (
        "Aucun questionnaire de l'étude ne correspond à « {file} »{closest}. Placez sa définition (YAML ou XLSForm) dans "
        "questionnaires/, ou tapez : enquete questionnaire infer {file}"
    )
    QUESTIONNAIRE_UNSURE = (
        "« {file} » correspond aussi bien à {names}. Choisissez par l'option --questionnaire."
    )
    HEADER_ROW_EMPTY = (
        "{file}, {sheet} : la ligne d'en-tête {header_row} ne désigne aucune question. Corrigez --header-row."
    )
    NO_RESPONSE = "« {file} » a un en-tête reconnu mais aucune réponse en dessous. Vérifiez l'export."
    COLUMN_UNKNOWN = "La colonne « {header} » ne désigne aucune question.{hint} Décidez dans correspondances.yaml (question, ou « ignorer »)."
    COLUMN_UNNAMED = "Cette colonne contient des valeurs mais n'a pas d'en-tête : elle est ignorée. Supprimez-la ou nommez-la."
    COLUMN_AMBIGUOUS = "La colonne « {header} » peut désigner {questions} : elle n'est pas lue. Précisez laquelle dans correspondances.yaml."
    COLUMN_DUPLICATE = (
        "La colonne « {header} » répond une seconde fois à « {question} » (déjà en colonne {first}) : elle n'est pas lue. "
        "Renommez l'une des deux."
    )
    COLUMNS_BY_RANK = (
        "Faute de libellés, les colonnes sont rattachées par leur rang : {columns}. "
        "Vérifiez-les ; pour en changer une, écrivez-la dans correspondances.yaml."
    )
    COLUMNS_ABBREVIATED = (
        "Les colonnes {columns} sont rattachées par le début de leur libellé, coupé à l'export. Vérifiez-les."
    )
    COLUMNS_PERSONAL = "Les colonnes {columns} contiennent des données personnelles : elles ne sont pas enregistrées dans l'étude."
    QUESTION_WITHOUT_COLUMN = (
        "Aucune colonne ne répond à « {questions} ». Vérifiez l'export ou le nom des colonnes."
    )
    HEADER_REPAIRED = "Les accents abîmés des en-têtes et des réponses de cette feuille ont été réparés. Relisez quelques cellules."
    SHEET_HIDDEN = "La feuille masquée « {name} » n'est pas lue. Affichez-la ou désignez-la par --sheet."
    SHEET_UNKNOWN = "La feuille « {name} » ne correspond ni au questionnaire ni à l'une de ses boucles : elle n'est pas lue."
    ROWS_HIDDEN = "Lignes masquées de cette feuille, lues comme les autres : {count}. Supprimez celles qui sont à écarter."
    CELL_TOO_FAR = "« {file} », feuille « {sheet} » : une cellule isolée très loin du tableau empêche la lecture. Supprimez-la, ou enregistrez en xlsx."
    CELL_FAR = (
        "Des cellules isolées très loin du tableau ont été laissées de côté. Supprimez-les dans le classeur."
    )
    CELLS_MERGED = "{count} cellules fusionnées dans les données : seule la première de chaque bloc porte la valeur. Défusionnez-les."
    REPEAT_ORPHAN = "Cette ligne de la boucle « {repeat} » ne se rattache à aucune réponse : elle est écartée. Vérifiez l'export."
    REPEAT_UNLINKED = (
        "La feuille de la boucle « {repeat} » n'a aucune colonne qui la relie aux réponses (_parent_index, PARENT_KEY…) : "
        "elle n'est pas lue. Reprenez l'export d'origine."
    )
    ROW_NOTE = "Cette ligne n'a presque rien d'une réponse (note ou total sous le tableau ?) : elle est écartée. Supprimez-la."
    ROW_SPARSE = "Cette réponse ne contient que {count} valeur reconnue. Vérifiez la ligne."
    ROW_DRAFT = "Réponse non terminée ou non validée ({why}) : elle est écartée. Pour la garder : « brouillons: garder » dans enquete.yaml (import)."
    ROW_TEST = (
        "Cette réponse ressemble à un essai ({why}). Elle est gardée ; supprimez la ligne si c'en est un."
    )
    ROW_NO_CONSENT = "Le consentement n'est pas donné : la réponse n'est pas enregistrée."
    RESPONSE_DUPLICATE = "Cette réponse répète exactement celle de la ligne {first} (même identifiant) : elle n'est comptée qu'une fois."
    RESPONSE_CONFLICT = (
        "Même identifiant que la ligne {first}, réponses différentes : la dernière ligne compte, l'autre est gardée comme "
        "ancienne version. Corrigez l'identifiant s'il s'agit de deux personnes."
    )
    RESPONSE_TWIN = "Cette ligne sans identifiant est identique à la ligne {first}. Les deux sont comptées ; supprimez-en une si c'est un doublon."
    IDENTITY_WEAK = (
        "Aucune colonne n'identifie les réponses : elles sont reconnues à leur contenu, et une réponse modifiée comptera comme "
        "une nouvelle. Ajoutez une colonne d'identifiant (sans nom de personne)."
    )
    ANSWER_UNKNOWN_CHOICE = "« {value} » n'est pas une modalité de « {question} ».{hint} Décidez dans recodages.yaml, ou corrigez la cellule."
    ANSWER_OTHER_TEXT = "Réponse libre à « {question} » : elle est rangée dans « autre » et à recoder au besoin (recodages.yaml)."
    ANSWER_SPLIT_DISAGREES = (
        "« {question} » : la colonne d'ensemble et les colonnes par modalité ne disent pas la même chose. La première est gardée ; "
        "vérifiez la ligne."
    )
    ANSWER_NOT_TICK = (
        "« {value} » ne dit ni oui ni non à une modalité de « {question} ». Corrigez la cellule."
    )
    ANSWER_NOT_NUMBER = "« {value} » n'est pas un nombre (« {question} »). Corrigez la cellule."
    ANSWER_NOT_INTEGER = "« {value} » n'est pas un nombre entier (« {question} »). Corrigez la cellule."
    ANSWER_NOT_DATE = (
        "« {value} » n'est pas une date (« {question} »). Écrivez-la jj/mm/aaaa, mm/aaaa ou aaaa."
    )
    ANSWER_NOT_TIME = "« {value} » n'est pas une heure (« {question} »). Écrivez-la hh:mm."
    ANSWER_NOT_POSITION = (
        "« {value} » n'est pas une position (« {question} »). Écrivez latitude et longitude."
    )
    ANSWER_TRUNCATED = "La réponse à « {question} » a été coupée par Excel à 32 767 caractères. Reprenez-la dans un export csv."
    ANSWER_REQUIRED = "« {question} » est obligatoire et n'a pas de réponse."
    ANSWER_CONSTRAINT = "« {value} » ne respecte pas la règle de « {question} » ({rule}).{hint}"
    ANSWER_NOT_RELEVANT = "« {question} » a une réponse alors que la question ne devait pas être posée (condition : {rule}). La réponse est gardée."
    ANSWER_FORMULA = "Cette formule n'a pas été calculée (« {question} ») : ouvrez le classeur, enregistrez-le, réimportez-le."
    ANSWER_CELL_ERROR = (
        "La cellule affiche l'erreur {value} (« {question} »). Corrigez la formule ou saisissez la valeur."
    )
    NUMBER_AMBIGUOUS = (
        "« {value} » (« {question} ») est lu {hint}. Écrivez 1234 ou 1,234 pour lever le doute."
    )
    NUMBER_AS_DATE = "Cette cellule affiche une date mais « {question} » attend un nombre : {hint} est lu. Changez le format de la colonne."
    DATE_IS_YEAR = "Une année saisie dans une cellule au format date (« {question} ») : {hint} est lu. Changez le format de la colonne."
    DATE_SUSPECT = "La date {hint} (« {question} ») est peu vraisemblable. Vérifiez la cellule."
    DATE_MONTH_FIRST = "« {value} » (« {question} ») est lu {hint}, mois en premier. Vérifiez la cellule."
    CODE_PADDED = (
        "Le code de « {question} » avait perdu ses zéros : {hint} est lu. Mettez la colonne au format texte."
    )
    MAPPING_QUESTION_UNKNOWN = (
        "{file}, ligne {line} : « {name} » n'est pas une question de « {questionnaire} ».{hint}"
    )
    RECODING_UNKNOWN = "{file}, ligne {line} : « {name} » n'est pas une modalité de « {question} ».{hint}"
    FIELDWORK_COLUMN = "« {file} » n'a pas de colonne « {column} ». Colonnes lues : {columns}."

    # ── weights: calibration on margins ────────────────────────────────────────────────────────────────────────
    MARGIN_EMPTY = "La marge « {margin} », modalité « {category} » : aucun répondant. Regroupez cette modalité avec une autre."
    MARGIN_MISSING = "La marge « {margin} » ne dit rien de la modalité « {category} », celle de {count} répondant(s). Ajoutez-la, ou complétez ces réponses."
    MARGIN_SHARES = "Les parts de la marge « {margin} » totalisent {total} % au lieu de 100 %. Corrigez-les."
    MARGIN_VALUE = "La marge « {margin} », modalité « {category} » : « {value} » n'est pas un effectif positif. Corrigez-le."
    MARGIN_QUESTION = "La marge « {margin} » n'est pas une question de « {questionnaire} ».{hint} Corrigez son nom dans le fichier des marges."
    MARGINS_QUESTIONNAIRE = "Le fichier des marges ne dit pas quel questionnaire redresser (réponses connues : {known}). Ajoutez « questionnaire: NOM »."
    MARGIN_TOTAL = "La marge « {margin} » totalise {total}, les autres {expected}. Ramenez les marges au même total de population."
    MARGIN_REDUNDANT = "La marge « {margin} » est contredite par les autres : aucun jeu de poids ne les respecte toutes. Vérifiez-la."
    MARGIN_UNREACHABLE = "Le calage ne converge pas : la marge « {margin} » reste à {gap} de sa cible. Élargissez les bornes ou regroupez ses modalités."
    MARGIN_BOUNDS = "Les bornes {low} et {high} ne conviennent pas : il faut une borne basse inférieure à 1 et une borne haute supérieure à 1."
    WEIGHT_INITIAL = (
        "Le poids de départ de « {respondent} » vaut {value} : il doit être positif. Corrigez-le."
    )

    # ── the store ──────────────────────────────────────────────────────────────────────────────────────────────
    STORE_NEWER = (
        "« {path} » a été écrit par une version plus récente d'enquete (schéma {found}, connu jusqu'à {known}). "
        "Mettez habitat_enquete à jour."
    )
    STORE_FOREIGN = "« {path} » n'est pas une base d'enquete, ou elle est abîmée. Restaurez une copie de sauvegarde de l'étude."
    STORE_BUSY = "« {path} » est utilisé par une autre commande depuis plus de {seconds} s. Attendez qu'elle se termine, puis relancez."

    # ── residential pathways ───────────────────────────────────────────────────────────────────────────────────
    PATHWAY_NONE = (
        "Il n'y a encore aucun épisode résidentiel. Importez des réponses dont une boucle déclare « parcours: », "
        "donnez un tableau d'épisodes par « enquete pathways parcours.xlsx », ou codez des entretiens."
    )
    PATHWAY_COLUMN_MISSING = "{file}, feuille {sheet} : il manque une colonne « {column} » (acceptées : {accepted}). Ajoutez-la en première ligne."
    PATHWAY_TABLE_EMPTY = (
        "{file}, feuille {sheet} : aucun épisode sous la ligne d'en-tête. Écrivez un épisode par ligne."
    )
    PATHWAY_NO_ID = (
        "Cet épisode n'a pas d'identifiant de personne : il est laissé de côté. Complétez la colonne « id »."
    )
    PATHWAY_DATE = "« {value} » n'est pas une date reconnue. Écrivez par exemple 2015, 2015-03, 15/03/2015, printemps 2015 ou vers 2010."
    PATHWAY_DATE_UNKNOWN = (
        "« {value} » dit que la date est inconnue : pour un dernier logement, la frise suppose que la personne y habite encore. Écrivez une"
        " année, même approchée (« vers 2010 », « 2008 à 2012 »)."
    )
    PATHWAY_NO_START = (
        "La date d'entrée manque : l'épisode reste au tableau, sans place sur la frise. Une année suffit."
    )
    PATHWAY_END_BEFORE_START = "Le départ ({end}) précède l'entrée ({start}) : l'épisode n'entre pas dans la frise. Corrigez l'une des deux dates."
    PATHWAY_AFTER_INTERVIEW = "La date {date} est postérieure à l'entretien ({interview}) : ce qui la suit n'est pas pris en compte. Corrigez-la."
    PATHWAY_BEFORE_BIRTH = "La date {date} précède la naissance ({birth}). Corrigez la date ou l'année de naissance de la personne."
    PATHWAY_OVERLAP = (
        "Cet épisode commence {months} mois avant la fin du précédent ({other}) : deux logements principaux à la fois. "
        "Le plus récent l'emporte dans la frise ; corrigez une date, ou marquez l'un des deux « principal : non »."
    )
    PATHWAY_GAP = (
        "Il manque {months} mois entre l'épisode précédent ({other}) et celui-ci : la frise y reste sans réponse. "
        "Ajoutez l'épisode manquant si vous le connaissez."
    )
    PATHWAY_ONE_MONTH = "Cet épisode dure un mois ou moins. Gardez-le s'il compte (hébergement d'urgence) ; sinon marquez-le « principal : non »."
    PATHWAY_NO_END = (
        "La date de départ manque alors qu'un autre épisode suit : la frise suppose un départ à l'entrée suivante ({next}). "
        "Complétez-la si elle diffère."
    )
    PATHWAY_TENURE = "« {value} » n'est pas un statut d'occupation connu.{hint} Ajoutez-le à codebook.yaml (pathways : tenures) ou corrigez-le."
    PATHWAY_NO_TENURE = (
        "Le statut d'occupation manque : la frise y reste sans réponse. Complétez la colonne « statut »."
    )
    PATHWAY_COMMUNE_UNKNOWN = (
        "« {value} » n'est le nom d'aucune commune connue.{hint} Corrigez-le, ou écrivez son code INSEE ; "
        "pour un lieu à l'étranger, écrivez le pays entre parenthèses."
    )
    PATHWAY_COMMUNE_HOMONYM = "« {value} » est le nom de {count} communes ({candidates}). Précisez le département, par exemple « {example} »."
    PATHWAY_COMMUNE_MERGED = (
        "« {value} » fait aujourd'hui partie de {commune} ({insee}) : c'est cette commune qui est retenue."
    )
    PATHWAY_PERSON_DIFFERS = "« {value} » contredit « {other} », dit plus haut de {respondent} : la première valeur est gardée. Corrigez celle qui est fausse."
    PATHWAY_WEIGHT = "Le poids « {value} » de {respondent} n'est pas un nombre positif : cette personne compte pour 1. Corrigez-le."
    PATHWAY_PLACE_AREA = "« {value} » est plus vaste qu'une commune : l'échelle et la distance du déménagement restent inconnues. Écrivez la commune si vous la savez."
    PATHWAY_COMMUNE_NUMBER = "« {value} » est lu comme le code INSEE de {commune}. Si c'est un code postal, écrivez plutôt le nom de la commune."
    PROFILES_TOO_FEW = (
        "Pour des types de répondants il faut au moins deux questions fermées et trois personnes ; il reste {questions} question et"
        " {people} personnes{why}. Nommez d'autres questions après --profiles."
    )
    PROFILES_QUESTION = "« {value} » n'est pas une question fermée à une seule réponse des questionnaires. Questions possibles : {known}."
    PATHWAY_YES_NO = "« {value} » n'est ni oui ni non. Écrivez « oui » ou « non »."
    PATHWAY_SATISFACTION = (
        "« {value} » n'est pas une note de satisfaction de 1 à 5. Corrigez-la ou videz la cellule."
    )
    PATHWAY_STATE = (
        "« {value} » n'est pas une décision connue. Écrivez « proposé », « confirmé » ou « rejeté »."
    )
    PATHWAY_NO_INTERVIEW_DATE = (
        "La date d'entretien de « {respondent} » est inconnue : sa frise s'arrête à la dernière date citée. Ajoutez une colonne"
        " « date d'entretien » au tableau ou à entretiens.csv, ou « date_entretien » au questionnaire."
    )
    PATHWAY_NO_INTERVIEW_DATES = (
        "La date d'entretien de {count} personnes ({examples}) est inconnue : leurs frises s'arrêtent à la dernière date citée. Ajoutez une"
        " colonne « date d'entretien » au tableau ou à entretiens.csv, ou « date_entretien » au questionnaire."
    )
    PATHWAY_QUESTION_MISSING = (
        "Le questionnaire « {questionnaire} » relie le parcours à la question « {question} », qu'il ne pose pas. "
        "Corrigez « parcours: » dans sa boucle."
    )
    PATHWAY_FIELD_UNKNOWN = (
        "« parcours: » du questionnaire « {questionnaire} » contient « {field} », qui n'est pas un champ d'épisode. "
        "Champs connus : {known}."
    )
    PATHWAY_OPTION = "L'option « {option} » vaut « {value} » : elle attend {expected}."
    PATHWAY_TYPES_TOO_MANY = "Vous demandez {asked} types pour {distinct} parcours différents. Demandez-en au plus {distinct}, ou ajoutez des personnes."
    PATHWAY_LENGTHS = (
        "La distance {method} compare les parcours date par date, or leurs durées diffèrent. Choisissez --distance OM, "
        "ou une horloge commune (--clock calendar)."
    )
    AGEVEN_HEADER = (
        "{file}, feuille {sheet} : ce n'est pas une grille Ageven (une colonne « année » et au moins une colonne « résidence » "
        "sont attendues). Produisez un modèle par « enquete pathways --ageven grille.xlsx »."
    )
    AGEVEN_YEAR = "« {value} » n'est pas une année. Corrigez la colonne « année » de la grille."

    # ── enquete explore ────────────────────────────────────────────────────────────────────────────────────────
    CONCORDANCE_EMPTY = "La recherche est vide. Donnez un mot, par exemple « enquete explore --kwic loyer »."
    CONCORDANCE_KEY = (
        "La recherche « {query} » contient « {part} », qui n'est pas compris. "
        "Écrivez [lemme=louer], [forme=loue] ou [cat=ADJ], crochets fermés et sans espace."
    )
    CONCORDANCE_REGEX = "La recherche « {query} » contient une expression régulière non valable ({why}). Corrigez ce qui est entre barres obliques."
    EXPLORE_NO_TEXT = (
        "Il n'y a pas encore de parole à explorer : ni entretien codé, ni réponse ouverte importée. "
        "Tapez d'abord « enquete import » ou « enquete code »."
    )
    EXPLORE_TOO_SHORT = (
        "Le corpus ne fait que {segments} segments : il en faut au moins {minimum} pour une classification qui ait un sens. "
        "Ajoutez des entretiens, ou lisez les spécificités et la concordance, qui restent calculées."
    )
    EXPLORE_ONE_PERSON = "Toute la parole vient d'une seule personne : une classification décrirait son récit, pas un corpus. Ajoutez des entretiens."
    EXPLORE_NOT_WRITTEN = "« {file} » n'a pas pu être écrit. Choisissez un dossier qui existe et où vous avez le droit d'écrire."
    EXPLORE_UNKNOWN_ATTRIBUTE = (
        "Aucune personne n'a de caractéristique ni de réponse « {name} ». Caractéristiques connues : {known}. "
        "Donnez à --by l'un de ces noms, celui d'une question fermée, ou une colonne que vous ajoutez à entretiens.csv."
    )
    EXPLORE_TOO_MANY_VALUES = (
        "« {name} » a {values} modalités : trop pour comparer des groupes. "
        "Donnez à --by une caractéristique de quelques modalités, ou regroupez celles de « {name} »."
    )
    EXPLORE_NO_VOCABULARY = (
        "Aucun mot n'est présent dans au moins {floor} segments : le vocabulaire est vide. "
        "Baissez le seuil (--floor), ou ajoutez des textes."
    )
    EXPLORE_ONE_CLASS = (
        "Une classe regroupe {share} % des segments : le corpus ne se partage pas en mondes lexicaux distincts. "
        "Relevez le seuil du vocabulaire (--floor) ou la part minimale d'une classe (--minimum-share)."
    )

    # ── enquete review ─────────────────────────────────────────────────────────────────────────────────────────
    REVIEW_NO_TEXT = (
        "L'étude n'a pas de texte « {name} ». Rechargez la page : il a pu être renommé ou retiré."
    )
    REVIEW_NO_CODEBOOK = (
        "L'étude n'a pas de grille de codage : « {file} » n'existe pas. Écrivez-la (docs/grille_de_codage.md), "
        "ou copiez celle que « enquete init » met dans une étude vide."
    )
    REVIEW_NO_ACTION = "Le geste « {action} » n'existe pas. Rechargez la page."
    REVIEW_TEXT_CHANGED = (
        "Le texte « {document} » a été réimporté entre-temps : rien n'a été enregistré. "
        "La page montre maintenant le nouveau texte ; refaites ce geste s'il a encore un sens."
    )
    REVIEW_NO_CODE = (
        "La grille n'a pas de code « {id} » : il a pu être renommé ou retiré. Choisissez-en un autre."
    )
    EPISODE_CHANGED_ELSEWHERE = (
        "Cet épisode de « {respondent} » a changé entre-temps (une autre fenêtre, ou « enquete pathways »). "
        "Rien n'a été enregistré ; la page montre maintenant ce qu'il en est."
    )
    EPISODE_UNREADABLE = "L'épisode n'est pas enregistré. {what}"
    EPISODE_NO_PERSON = "L'étude ne connaît personne du nom de « {respondent} ». Rechargez la page."
    REVIEW_BAD_REQUEST = "La page a envoyé une demande incomplète. Rechargez-la."
    REVIEW_PORT_TAKEN = (
        "Le port {port} est déjà pris. Donnez-en un autre par --port, ou aucun pour en prendre un libre."
    )

    # ── exchange with other software ───────────────────────────────────────────────────────────────────────────
    IRAMUTEQ_EMPTY_TEXT = "{file}, ligne {row} : ce texte n'a pas de contenu, il est laissé de côté. Complétez-le ou supprimez sa ligne étoilée."
    IRAMUTEQ_THEME_OUTSIDE = "{file}, ligne {row} : une ligne thématique « -* » précède le premier texte. Placez-la sous une ligne « **** »."
    IRAMUTEQ_PREAMBLE = (
        "{file}, ligne {row} : cette ligne précède le premier texte, elle est laissée de côté. "
        "Placez une ligne « **** » au-dessus si elle fait partie du corpus."
    )
    IRAMUTEQ_VARIABLE = (
        "{file}, ligne {row} : « {token} » n'est pas une variable étoilée. "
        "Écrivez *variable_modalité, sans espace ni trait d'union."
    )

    # ── synthesis, report ──────────────────────────────────────────────────────────────────────────────────────
    NOTE_MISPLACED = (
        "« {file} » n'a pas de place dans le rapport : ce nom n'est pas connu.{hint} "
        "Le texte est imprimé à la fin ; renommez le fichier (voir docs/synthese.md)."
    )
    ACTION_WITHOUT_FINDING = (
        "{file}, ligne {line} : l'action « {action} » ne cite aucun constat. "
        "Ajoutez « findings: » avec les codes de la grille auxquels elle répond."
    )
    ACTION_UNKNOWN_REFERENCE = (
        "{file}, ligne {line} : « {name} » n'est ni un code ni un levier de la grille.{hint} "
        "Corrigez ce nom ou ajoutez-le à codebook.yaml."
    )
    WEIGHT_INVALID = (
        "Le poids de la personne « {respondent} » n'est pas un nombre positif. "
        "Corrigez la colonne « poids » et importez de nouveau le fichier."
    )
    MAP_UNREADABLE = (
        "La carte « {file} » ne peut pas être dessinée : {why}. "
        "Donnez un GeoJSON de polygones dont la propriété « {key} » porte le code des communes."
    )
    PANEL_COLUMNS = (
        "« {file} » n'est pas une grille du groupe miroir : il y manque les colonnes {columns}. "
        "Refaites-la par « enquete deliver groupe-miroir », ou retirez ce fichier du dossier groupe_miroir/."
    )
    DELIVERABLE_UNKNOWN = "« {name} » n'est pas un livrable.{hint} Livrables : {names}."
    PDF_NO_PRINTER = (
        "Aucun navigateur (Chromium, Chrome, Edge) n'est installé pour imprimer le PDF. "
        "Installez-en un, tapez : pip install 'habitat_enquete[pdf]', ou imprimez la page HTML depuis votre navigateur."
    )
    PDF_FAILED = "« {program} » n'a pas pu imprimer le PDF. Ouvrez la page HTML et imprimez-la depuis votre navigateur."
    OUTPUT_LOCKED = "« {file} » ne peut pas être écrit : il est ouvert ailleurs, ou le dossier refuse d'être modifié. Fermez-le ou changez de dossier, puis relancez la commande."

    def sentence(self, **where: object) -> str:
        """The French sentence of this problem, filled with `where`."""
        return agreed(self.value, **where).format(**where)


@dataclass(frozen=True, slots=True)
class Problem:
    """One located problem among possibly many: file, sheet, row, column → what, and what to do.

    `code` is the name of the catalogue entry, `message` its filled sentence. `value` is what the cell held, shown on the
    user's own screen only: never logged.
    """

    code: str
    message: str
    severity: Severity = Severity.ERROR
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""

    @property
    def place(self) -> str:
        """Where it is, as a user would say it: `responses.xlsx, Réponses!D41`."""
        cell = f"{self.column}{self.row if self.row is not None else ''}"
        inside = "!".join(part for part in (self.sheet, cell) if part)
        return ", ".join(part for part in (self.file, inside) if part)


# What was typed after the command is wrong, rather than the study's data: the command ends with status 2, as for an
# option that does not exist.
WRONG_USAGE: Final = frozenset(
    {
        Code.STUDY_NOT_FOUND,
        Code.FILE_MISSING,
        Code.ENCODING_UNKNOWN,
        Code.SHEET_MISSING,
        Code.QUESTIONNAIRE_NOT_FOUND,
        Code.DELIVERABLE_UNKNOWN,
        Code.LANG_PIPELINE_ABSENT,
        Code.CODER_BAD_NAME,
        Code.RENAMED_UNKNOWN_CODE,
        Code.RENAMED_UNUSED_CODE,
        Code.AGREEMENT_UNKNOWN_CODER,
        Code.QUERY_SYNTAX,
        Code.QUERY_UNKNOWN_NAME,
        Code.QUERY_BAD_CONDITION,
        Code.QUERY_NO_NUMBER,
        Code.QUERY_UNKNOWN_ATTRIBUTE,
        Code.EXPLORE_UNKNOWN_ATTRIBUTE,
        Code.EXPLORE_TOO_MANY_VALUES,
        Code.CONCORDANCE_EMPTY,
        Code.CONCORDANCE_KEY,
        Code.CONCORDANCE_REGEX,
        Code.PATHWAY_OPTION,
        Code.PROFILES_QUESTION,
    }
)


class EnqueteError(Exception):
    """A problem that stops the command; the store is as it was before.

    `problems` lists what was found when there is more than one thing to tell.
    """

    def __init__(self, code: Code, *, problems: tuple[Problem, ...] = (), **where: object) -> None:
        self.code = code
        self.where = where
        self.problems = problems
        super().__init__(code.sentence(**where))


def problem(
    code: Code,
    *,
    severity: Severity = Severity.ERROR,
    file: str = "",
    sheet: str = "",
    row: int | None = None,
    column: str = "",
    value: str = "",
    **where: object,
) -> Problem:
    """A located `Problem` with the catalogue's sentence; the place is offered to the sentence as well."""
    place: dict[str, object] = {"file": file, "sheet": sheet, "row": row, "column": column, "value": value}
    return Problem(code.name, code.sentence(**(place | where)), severity, file, sheet, row, column, value)
