// SPDX-License-Identifier: AGPL-3.0-or-later
//! What people and offices write, at its worst.

/// A text, and what of it the Data Matrix of the post can carry: capital letters, digits and few signs, spelt here by hand.
pub(crate) struct Written {
    pub(crate) text: &'static str,
    pub(crate) posted: &'static str,
}

const fn written(text: &'static str, posted: &'static str) -> Written {
    Written { text, posted }
}

/// Subjects, up to 140 characters.
pub(crate) const SUBJECTS: [Written; 16] = [
    written("TARI 2026", "TARI 2026"),
    written("x", "X"),
    // 90 characters, in words.
    written(
        "Tassa sui rifiuti dell'anno 2026, abitazione principale e pertinenze di via Guglielmo Marc",
        "TASSA SUI RIFIUTI DELL'ANNO 2026, ABITAZIONE PRINCIPALE E PERTINENZE DI VIA GUGLIELMO MARC",
    ),
    // 90 characters without a blank.
    written(
        "PraticaN0123456789PraticaN0123456789PraticaN0123456789PraticaN0123456789PraticaN0123456789",
        "PRATICAN0123456789PRATICAN0123456789PRATICAN0123456789PRATICAN0123456789PRATICAN0123456789",
    ),
    // 140 characters, in words; 110 go into the Data Matrix.
    written(
        "Canone unico patrimoniale di concessione per l'occupazione di spazi pubblici in piazza Quattro Novembre con tavoli, sedie e ombrelloni, 2026",
        "CANONE UNICO PATRIMONIALE DI CONCESSIONE PER L'OCCUPAZIONE DI SPAZI PUBBLICI IN PIAZZA QUATTRO NOVEMBRE CON TA",
    ),
    // 140 characters without a blank, the widest letter.
    written(
        "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
        "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    ),
    written("Mensa 🍝 e nido 👶🏽 di 👩‍👩‍👧", "MENSA   E NIDO    DI"),
    written("رسوم النفايات לתשלום 2026", "2026"),
    // Combining accents, and more of them than belong on a letter.
    written(
        "Citta\u{300} di Forli\u{300}: e\u{301}\u{302}\u{303}\u{308}\u{30a} z\u{30c}a\u{300}\u{320}",
        "CITTA DI FORLI: E ZA",
    ),
    written(
        "È GIÀ SCADUTA L’ADDIZIONALE: PERCHÉ, COSÌ, PIÙ, NOVITÀ",
        "E GIA SCADUTA L'ADDIZIONALE: PERCHE, COSI, PIU, NOVITA",
    ),
    written(
        "Müllabfuhrgebühr für die Straße in Völs am Schlern (ÄÖÜß)",
        "MULLABFUHRGEBUHR FUR DIE STRASSE IN VOLS AM SCHLERN  AOUSS",
    ),
    written(
        "Komunalni odvoz za leto 2026, občina Števerjan – Žabnice, čšž ČŠŽ",
        "KOMUNALNI ODVOZ ZA LETO 2026, OBCINA STEVERJAN - ZABNICE, CSZ CSZ",
    ),
    written(
        "Taxe de séjour à Courmayeur: œuvre, façade, Noël, L'Aÿ",
        "TAXE DE SEJOUR A COURMAYEUR: OEUVRE, FACADE, NOEL, L'AY",
    ),
    written("<b>COSAP</b> & 'IMU' \"TASI\" \\ {x} %PDF (((", "B COSAP  B  & 'IMU'  TASI     X   PDF"),
    written(
        "Verbale\u{200b}di\u{200d}accerta\u{ad}mento\u{2060}\u{feff}n. 7/2026\u{202e}rovescio",
        "VERBALE DI ACCERTA MENTO  N. 7 2026 ROVESCIO",
    ),
    written("水道料金 и вода €5 Ω ½", "5   1 2"),
];

/// Full names, up to 70 characters.
pub(crate) const NAMES: [Written; 12] = [
    written("Mario Rossi", "MARIO ROSSI"),
    written("Li", "LI"),
    // 70 characters; 40 go into the Data Matrix.
    written(
        "Maria Immacolata Concetta Quattrocchi della Scala di Montefeltro e Rho",
        "MARIA IMMACOLATA CONCETTA QUATTROCCHI DE",
    ),
    written(
        "Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
        "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    ),
    written("Nicolò D’Angelò-Pìù", "NICOLO D'ANGELO-PIU"),
    written("Jürgen Groß-Öttl", "JURGEN GROSS-OTTL"),
    written("Živa Šček Čermelj", "ZIVA SCEK CERMELJ"),
    written("Zoe\u{308} Me\u{301}nard", "ZOE MENARD"),
    written("Łukasz Ðorđević Øst", "LUKASZ DORDEVIC OST"),
    written("محمد بن عبد الله", ""),
    written("Anna 🌸 Verdi", "ANNA   VERDI"),
    written("Ditta \"F.lli Bianchi & C.\" s.n.c.", "DITTA  F.LLI BIANCHI & C.  S.N.C."),
];

/// Names of institutions, up to 140 characters, of letters that every font has: they must be found on the paper as they are.
pub(crate) const INSTITUTIONS: [&str; 5] = [
    "Comune di Perugia",
    "Comune di Forlì",
    "Gemeinde Völs am Schlern - Comune di Fiè allo Sciliar",
    "Občina Števerjan - Comune di San Floriano del Collio",
    "Unione territoriale intercomunale delle valli dell'Alto e del Basso Tagliamento, ente gestore dei servizi scolastici, sociali e cimiteriali",
];

/// Offices.
pub(crate) const SECTORS: [Option<&str>; 4] = [
    None,
    Some("Tributi"),
    Some("Settore entrate, tributi e riscossione coattiva 2"),
    Some(
        "Direzione centrale per le politiche finanziarie, dei tributi locali e della riscossione, ufficio relazioni con i contribuenti non residenti",
    ),
];

/// Street, number, postal code, city, province, country: of each what there is.
pub(crate) const ADDRESSES: [[Option<&str>; 6]; 6] = [
    [None; 6],
    [Some("Via Roma"), Some("1"), Some("06121"), Some("Perugia"), Some("PG"), Some("IT")],
    [
        Some("Strada comunale vicinale di Sant'Andrea delle Fratte e Monte Malbe int"),
        Some("1234/bis scala B"),
        Some("06100-0000000000"),
        Some("San Valentino della Collina Marscia"),
        Some("PG"),
        Some("IT"),
    ],
    [Some("Straßengäßchen"), Some("7 b"), Some("39050"), Some("Völs am Schlern"), Some("BZ"), None],
    [None, None, None, Some("Ljubljana"), None, Some("SI")],
    [Some("شارع الاستقلال 🏠"), None, Some("W1A 1AA"), Some("Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"), None, Some("GB")],
];

/// Tax codes of who owes.
pub(crate) const DEBTOR_CODES: [Option<&str>; 6] =
    [Some("RSSMRA85T10A562S"), Some("BSCMTT83A12L719R"), Some("99999000013"), Some("ATU12345678"), Some("X2"), None];

/// Holders of postal accounts, up to 70 characters.
pub(crate) const HOLDERS: [&str; 3] = [
    "Comune di Perugia - Servizio tesoreria",
    "Provincia autonoma di Bolzano - Autonome Provinz Bozen - Südtirol",
    "Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
];

/// Amounts in cents: the ends, the digits' borders, and some that arithmetic with floats gets wrong by one.
pub(crate) const AMOUNTS: [i64; 24] = [
    1,
    2,
    9,
    10,
    29,
    57,
    58,
    99,
    100,
    101,
    115,
    999,
    1000,
    12_050,
    99_999,
    100_000,
    102_099,
    819_935,
    999_999,
    1_001_999,
    100_000_000,
    999_999_999,
    1_000_000_000,
    9_999_999_999,
];
