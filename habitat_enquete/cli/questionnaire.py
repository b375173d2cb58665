"""`enquete questionnaire`: the commands about questionnaires and interview guides."""

from __future__ import annotations

import click

from habitat_enquete.cli.group import Group
from habitat_enquete.cli.questionnaire_check import check
from habitat_enquete.cli.questionnaire_convert import convert
from habitat_enquete.cli.questionnaire_infer import infer
from habitat_enquete.cli.questionnaire_print import print_


@click.group("questionnaire", cls=Group)
def command() -> None:
    """Vérifie, convertit, déduit ou imprime un questionnaire.

    Les questionnaires et les guides vivent dans questionnaires/, en YAML ou en XLSForm.

    \b
    Exemple :
        enquete questionnaire check
    """


for each in (check, convert, infer, print_):
    command.add_command(each)
