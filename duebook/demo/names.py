"""Invented names of companies and people in several scripts.

Stems are glued from syllables, so that no sample customer is a company somebody knows.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Tongue:
    """How a language names companies and people. `pattern` has {stem}, {trade} and {form}."""

    pattern: str
    starts: str
    ends: str
    trades: str
    forms: str
    first: str
    last: str


LATIN_STARTS = "Bra Vel Tor Mil Lun Kes Dor Fen Gal Har Ost Quil Ryn Sal Tam Ulv Wex Yar Zel Cor"
LATIN_ENDS = "bedan vimar rowick lota meller duvik niskor lasen tolund keberg rivane sembra"

TONGUES = {
    "en": Tongue(
        pattern="{stem} {trade} {form}",
        starts=LATIN_STARTS,
        ends="wick more ley combe stow field by hurst ridge bourne gate mere",
        trades="Supply Hardware Stores Kitchens Marine Foods Interiors Motors Homes Glass",
        forms="Ltd LLC Inc. Co. Group",
        first="Alice Owen Grace Peter Zoë Martin Siân Jack Ruth Niall",
        last="Hartwell Pryce O'Dell Marsh Whitlock Brannigan Cole Ashdown Quill Fenn",
    ),
    "de": Tongue(
        pattern="{stem} {trade} {form}",
        starts=LATIN_STARTS,
        ends="bacher hövel stätt rieder münd lözen fels brück wald garten",
        trades="Maschinenbau Präzisionsteile Getriebe Fördertechnik Möbel Küchen Gießerei",
        forms="GmbH AG KG GmbH_&_Co._KG e.K.",
        first="Jürgen Käthe Anja Björn Heike Lothar Sören Ulrike",
        last="Brömmel Vossgräf Äpler Linnhoff Strübing Hackmöller Wießner",
    ),
    "fr": Tongue(
        pattern="{trade} {stem} {form}",
        starts="Beau Châ Éli Gué Mont Val Pré Roch Sauv Tré",
        ends="lantier vigny moret lançon rieux dévois nèze sarth coët brun",
        trades="Ébénisterie Établissements Menuiserie Hôtels Mécanique Société Pêcheries",
        forms="SARL SAS SA et_Cie",
        first="Élodie François Hélène Jérôme Anaïs Benoît Maëlle",
        last="Crévelin Dutrançois Lebâtard Moisséron Péricourt Vaucelle",
    ),
    "es": Tongue(
        pattern="{trade} {stem} {form}",
        starts="Alma Bal Cas Del Mar Peñ Riv Sol Tor Vil",
        ends="adón eñales ierva omar arcos ínez udela ántara",
        trades="Almacenes Muebles Talleres Bodegas Cerámicas Transportes Hostelería",
        forms="S.L. S.A. e_Hijos",
        first="Íñigo Lucía Begoña Andrés Inés Martín Núria",
        last="Arizmendía Peñarrubia Cortázaga Ibáñal Zúñarte Maldonés",
    ),
    "pl": Tongue(
        pattern="{trade} {stem} {form}",
        starts="Brzo Dąb Gło Jaś Kło Łęg Miro Świę Żar",
        ends="zowin owiec ków nica szyn bór łąka",
        trades="Zakład Hurtownia Stolarnia Fabryka Meble Odlewnia",
        forms="Sp._z_o.o. S.A.",
        first="Łukasz Małgorzata Paweł Agnieszka Halina Józef",
        last="Dąbrzycki Łęgowska Ślęzanek Żurawiec Krzeptoń",
    ),
    "sv": Tongue(
        pattern="{stem} {trade} {form}",
        starts="Ång Björk Fjäll Gräs Hög Lönn Sjö Öst Väst",
        ends="näs torp hamra vik åsen mossa lövet",
        trades="Verkstad Snickeri Trävaru Industri Fartyg",
        forms="AB HB",
        first="Åsa Göran Märta Örjan Linnéa",
        last="Ångvik Björkelöv Sjöstrandh Högmossa",
    ),
    "tr": Tongue(
        pattern="{stem} {trade} {form}",
        starts="Ak Boz Çam Gök Işık Kız Şen Yıl Gün",
        ends="dağlı ova çeşme taşlı köylü ırmak öz",
        trades="Makina Mobilya İnşaat Gıda Dış_Ticaret",
        forms="A.Ş. Ltd._Şti.",
        first="Ayşe Çağlar Gülşen İlker Özge",
        last="Akdağlı Çeşmeöz Gökırmak Işıkova",
    ),
    "he": Tongue(
        pattern="{trade} {stem} {form}",
        starts="טל אור גל נוב רימ שחף ברק עומ דר לב",
        ends="מור ון נית תבל דן ירון גיל סער",
        trades="נגריית מטבחי ריהוט בית_מלאכה אדריכלות קבלני מלונות חנויות",
        forms='בע"מ ושות׳ ובניו',
        first="נועה יואב תמר איתי מיכל רוני עדי שירה",
        last="ברקאין תלמורי אלגביש שחפון רימונית נובל־כץ",
    ),
    "ar": Tongue(
        pattern="{trade} {stem} {form}",
        starts="نور سما ريم بدر وادي",
        ends="ان ين ار اف ول",
        trades="شركة مؤسسة مصنع متاجر",
        forms="للتجارة المحدودة وأولاده",
        first="ليلى كريم سلمى ياسر",
        last="النوراني السمار البدران",
    ),
    "el": Tongue(
        pattern="{stem} {trade} {form}",
        starts="Αλκ Βορ Δελ Θερμ Καλ Μαρ",
        ends="ανδρος ινέας ώρης άκης ίτσας",
        trades="Έπιπλα Ναυτιλιακή Τρόφιμα Μηχανές",
        forms="Α.Ε. Ε.Π.Ε. Ο.Ε.",
        first="Ελένη Γιώργος Άννα Νίκος",
        last="Βορινέας Καλώρης Δελάκης",
    ),
    "uk": Tongue(
        pattern="{trade} {stem} {form}",
        starts="Верб Дніпр Зор Калин Яс",
        ends="ограй овець ильськ енко івка",
        trades="Меблі Завод Склад Агро",
        forms="ТОВ ПП",
        first="Олена Андрій Ірина Їжак",
        last="Вербограй Зоренко Ясівський",
    ),
    "ja": Tongue(
        pattern="{form}{stem}{trade}",
        starts="青 北 高 深 清 白 東 若",
        ends="楓 瀬 峰 野 沢 嶋 浜",
        trades="製作所 工業 商店 精機 物産",
        forms="株式会社 有限会社",
        first="陽子 健 美咲 直樹",
        last="青瀬 高楓 白嶋 若峰",
    ),
}


@dataclass(frozen=True)
class Naming:
    """One invented company: its name, the person there who pays, and a domain if it has one."""

    company: str
    contact: str
    domain: str


class Namer:
    """Gives each company a name of its own. `mix` says how often each language comes up."""

    def __init__(self, rng: Random, mix: dict[str, int]) -> None:
        self.rng = rng
        self.tongues = [TONGUES[code] for code, times in mix.items() for _ in range(times)]
        self.taken: set[str] = set()

    def next(self) -> Naming:
        tongue = self.rng.choice(self.tongues)
        stem = self._one(tongue.starts) + self._one(tongue.ends)
        company = tongue.pattern.format(
            stem=stem, trade=self._one(tongue.trades), form=self._one(tongue.forms)
        )
        if company in self.taken:
            return self.next()
        self.taken.add(company)
        contact = f"{self._one(tongue.first)} {self._one(tongue.last)}"
        return Naming(company, contact, f"{plain}.example" if (plain := _ascii(stem)) else "")

    def _one(self, words: str) -> str:
        return self.rng.choice(words.split()).replace("_", " ")


def _ascii(text: str) -> str:
    """The letters a mail domain can hold; empty when the script has none of them."""
    kept = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return kept if len(kept) == len(text) else ""
