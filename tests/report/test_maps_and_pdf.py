"""The map hides small numbers and refuses what is no map; the PDF is printed by what the computer has."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.report import maps, pdf


def _square(code: str, name: str, x: float) -> dict[str, object]:
    ring = [[x, 44.0], [x + 0.1, 44.0], [x + 0.1, 44.1], [x, 44.1], [x, 44.0]]
    return {
        "type": "Feature",
        "properties": {"code": code, "nom": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture
def territory(tmp_path: Path) -> Path:
    features = [
        _square("96001", "Brionne", 3.0),
        _square("96002", "Malaveyre", 3.1),
        _square("96003", "Vide", 3.2),
    ]
    path = tmp_path / "territoire.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_small_numbers_are_hatched_and_never_written(territory: Path) -> None:
    svg = maps.draw(maps.read_places(territory, key="code"), {"96001": 12, "96002": 3}, minimum=5)
    assert "<title>Brionne : 12\u00a0personnes</title>" in svg
    assert "<title>Malaveyre : moins de 5 personnes</title>" in svg and svg.count('fill="url(#few)"') == 1
    assert "<title>Vide : personne</title>" in svg
    assert "Malaveyre 3" not in svg and "3\u00a0personnes" not in svg


def test_labels_neither_cover_one_another_nor_leave_the_map(tmp_path: Path) -> None:
    features = [
        _square("96001", "Saint-Gervain-de-la-Sorvelle", 3.0),
        _square("96002", "Pont-de-Sorvelle-les-Bains", 3.02),
        _square("96003", "Vide", 3.5),
    ]
    path = tmp_path / "serre.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    svg = maps.draw(maps.read_places(path, key="code"), {"96001": 12, "96002": 9}, minimum=5)
    (x, label) = re.findall(r'<text x="([\d.]+)"[^>]*>([^<]+)</text>', svg)[0]
    assert svg.count("<text") == 1 and label == "Saint-Gervain-de-la-Sorvelle 12"
    assert float(x) >= len(label) * 3.5
    assert "<title>Pont-de-Sorvelle-les-Bains : 9\u00a0personnes</title>" in svg


def test_the_map_is_told_in_words(territory: Path) -> None:
    told = maps.description(maps.read_places(territory, key="code"), {"96001": 12, "96002": 3}, minimum=5)
    assert told == (
        "Carte des personnes entendues par commune. Brionne : 12\u00a0personnes. 1\u00a0commune de moins de 5 personnes."
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("pas du json", "ce n'est pas un GeoJSON de polygones"),
        ('{"features": [{"properties": {}, "geometry": null}]}', "ce n'est pas un GeoJSON de polygones"),
        ('{"features": []}', "aucune propriété « code »"),
    ],
)
def test_what_is_no_map_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "carte.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(EnqueteError, match=message):
        maps.read_places(path, key="code")


def test_a_missing_map_is_told(tmp_path: Path) -> None:
    with pytest.raises(EnqueteError, match=r"« carte\.geojson » n'existe pas"):
        maps.read_places(tmp_path / "carte.geojson", key="code")


def test_the_communes_of_lozere_are_drawn(real_data: Path) -> None:
    places = maps.read_places(real_data / "territoire" / "geojson" / "communes-48-lozere.geojson", key="code")
    assert len(places) > 150
    assert maps.draw(places, {"48095": 30}, minimum=5).count("<path") == len(places)


def test_without_any_printer_the_message_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pdf, "browser", lambda: None)
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)
    with pytest.raises(EnqueteError, match=r"Aucun navigateur .* n'est installé pour imprimer le PDF"):
        pdf.print_page(tmp_path / "page.html")


def test_a_browser_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pdf, "browser", lambda: "/nowhere/chromium")
    with pytest.raises(EnqueteError, match="« chromium » n'a pas pu imprimer le PDF"):
        pdf.print_page(tmp_path / "page.html")


@pytest.mark.browser
def test_the_page_is_printed_the_same_twice(tmp_path: Path) -> None:
    if pdf.browser() is None:
        pytest.skip("no browser: install Chromium to print PDF")
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><html lang=fr><title>T</title><h1>Bonjour</h1>", encoding="utf-8")
    first = pdf.print_page(page)
    assert first.startswith(b"%PDF") and first == pdf.print_page(page)
