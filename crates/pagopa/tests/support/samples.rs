// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages with random content, all of them sound unless `hostile`.

use chrono::{DateTime, NaiveDate};
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_domain::time::Instant;
use tramite_pagopa::Primitive;
use tramite_pagopa::current::{
    Addressee, Answer, DemandAnswer, DemandRequest, Destination, Fault, GetAnswer, GetRequest, MetadataEntry, Notice,
    Outcome, PaaFault, Party, PartyKind, Psp, ReceiptMessage, ReceiptTransfer, Request, Transfer, TransferType,
    VerifyAnswer, VerifyRequest, Version,
};
use tramite_testkit::Random;

pub(crate) struct Samples {
    pub(crate) random: Random,
    /// Texts too long, with characters no message may hold.
    pub(crate) hostile: bool,
}

impl Samples {
    pub(crate) fn new(seed: u64) -> Samples {
        Samples { random: Random::new(seed), hostile: false }
    }

    pub(crate) fn hostile(seed: u64) -> Samples {
        Samples { random: Random::new(seed), hostile: true }
    }

    fn text(&mut self, chars_max: usize) -> String {
        if self.hostile { self.random.hostile_text(chars_max) } else { self.random.text(chars_max) }
    }

    fn optional(&mut self, chars_max: usize) -> Option<String> {
        if self.random.chance(50) { Some(self.text(chars_max)) } else { None }
    }

    fn personal(&mut self, chars_max: usize) -> Option<Personal<String>> {
        self.optional(chars_max).map(Personal::new)
    }

    pub(crate) fn amount(&mut self) -> Cents {
        let magnitude = *self.random.pick(&[9, 99, 9_999, 9_999_999, 99_999_999_998]);
        Cents::new(i64::try_from(1 + self.random.below(magnitude)).unwrap()).unwrap()
    }

    fn day(&mut self) -> NaiveDate {
        NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + chrono::Days::new(self.random.number() % 30_000)
    }

    fn instant(&mut self) -> Instant {
        let micros = i64::try_from(self.random.number() % 4_000_000_000_000_000).unwrap();
        let micros = if self.random.chance(70) { micros - micros % 1_000_000 } else { micros };
        Instant::new(DateTime::from_timestamp_micros(micros).unwrap())
    }

    fn version(&mut self) -> Version {
        *self.random.pick(&[Version::V1, Version::V2])
    }

    fn addressee(&mut self) -> Addressee {
        Addressee {
            id_pa: self.random.digits(11),
            id_broker_pa: self.random.digits(11),
            id_station: self.random.text(35),
        }
    }

    fn notice(&mut self) -> Notice {
        Notice { fiscal_code: self.random.digits(11), notice_number: self.random.digits(18) }
    }

    fn metadata(&mut self) -> Vec<MetadataEntry> {
        let most = if self.hostile { 20 } else { 15 };
        let count = if self.random.chance(60) { 0 } else { self.random.below(most + 1) };
        (0..count).map(|_| MetadataEntry { key: self.text(140), value: self.text(140) }).collect()
    }

    fn party(&mut self) -> Party {
        let capitals = |samples: &mut Samples| {
            let good = ["RM", "IT", "BO"];
            let bad = ["rm", "ITA", "", "R", "É1"];
            let hostile = samples.hostile && samples.random.chance(50);
            samples
                .random
                .maybe(|random| Personal::new((*random.pick(if hostile { &bad[..] } else { &good[..] })).to_owned()))
        };
        let mails: &[&str] = if self.hostile {
            &["a b@c", "mario@", "@x", "è@x.it", "a@b..c"]
        } else {
            &["mario.rossi@example.it", "a+b_c@x"]
        };
        Party {
            kind: *self.random.pick(&[PartyKind::Person, PartyKind::Organisation]),
            code: Personal::new((*self.random.pick(&["RSSMRA85T10A562S", "99999000013", "ANONIMO"])).to_owned()),
            full_name: Personal::new(self.text(70)),
            street: self.personal(70),
            civic_number: self.personal(16),
            postal_code: self.personal(16),
            city: self.personal(35),
            province: capitals(self),
            country: capitals(self),
            email: self.random.maybe(|random| Personal::new((*random.pick(mails)).to_owned())),
        }
    }

    pub(crate) fn receipt(&mut self) -> ReceiptMessage {
        let version = self.version();
        let is_version_2 = version == Version::V2;
        let shares = 1 + self.random.below(5);
        let transfers = (1..=shares).map(|id| self.receipt_transfer(id, is_version_2)).collect();
        let mut only_version_2 = |chars_max| self.optional(chars_max).filter(|_| is_version_2);
        let (payment_note, id_bundle, id_ci_bundle) = (only_version_2(210), only_version_2(70), only_version_2(70));
        ReceiptMessage {
            version,
            addressee: self.addressee(),
            receipt_id: self.random.text(35),
            notice_number: self.random.digits(18),
            fiscal_code: self.random.digits(11),
            outcome: *self.random.pick(&[Outcome::Ok, Outcome::Ko]),
            payment_amount: self.amount(),
            creditor_reference_id: Some(self.random.digits(17)),
            description: Some(self.random.text(140)),
            company_name: Some(self.random.text(140)),
            office_name: self.optional(140),
            debtor: Some(self.party()),
            transfers,
            psp: Psp {
                id: Some("ABCDITM1".to_owned()),
                fiscal_code: self.optional(70),
                vat_number: self.optional(20),
                company_name: Some(self.random.text(70)),
                channel: Some(self.random.text(35)),
                channel_description: Some(self.random.text(35)),
            },
            payer: if self.random.chance(50) { Some(self.party()) } else { None },
            payment_method: self.optional(35),
            payment_note,
            fee: if self.random.chance(50) { Some(self.amount()) } else { None },
            primary_ci_incurred_fee: if is_version_2 { Some(self.amount()) } else { None },
            id_bundle,
            id_ci_bundle,
            payment_date_time: if self.random.chance(80) { Some(self.instant()) } else { None },
            application_date: Some(self.day()),
            transfer_date: Some(self.day()),
            metadata: self.metadata(),
            stand_in: *self.random.pick(&[None, Some(true), Some(false)]),
        }
    }

    fn receipt_transfer(&mut self, id: usize, is_version_2: bool) -> ReceiptTransfer {
        let stamp = is_version_2 && self.random.chance(30);
        ReceiptTransfer {
            id: u8::try_from(id).ok(),
            amount: Some(self.amount()),
            fiscal_code: Some(self.random.digits(11)),
            company_name: self.optional(140).filter(|_| is_version_2),
            iban: if stamp { None } else { Some("IT60X0542811101000000123456".to_owned()) },
            stamp: if stamp { Some("PGE+PC9hPg==".to_owned()) } else { None },
            remittance_information: Some(self.random.text(140)),
            category: Some("0101101IM".to_owned()),
            metadata: self.metadata(),
        }
    }

    /// A request of any operation.
    pub(crate) fn request(&mut self) -> Request {
        match self.random.below(4) {
            0 => Request::Verify(VerifyRequest { addressee: self.addressee(), notice: self.notice() }),
            1 => Request::Get(GetRequest {
                version: self.version(),
                addressee: self.addressee(),
                notice: self.notice(),
                amount: if self.random.chance(50) { Some(self.amount()) } else { None },
                payment_note: self.optional(210),
                transfer_type: *self.random.pick(&[None, Some(TransferType::Postal), Some(TransferType::PagoPa)]),
                due_date: if self.random.chance(50) { Some(self.day()) } else { None },
            }),
            2 => Request::Receipt(Box::new(self.receipt())),
            _ => Request::Demand(DemandRequest {
                addressee: self.addressee(),
                service_id: "00009".to_owned(),
                subject_id: "00035".to_owned(),
                data: Personal::new(self.random.text(200).into_bytes()),
            }),
        }
    }

    pub(crate) fn verify_answer(&mut self) -> VerifyAnswer {
        VerifyAnswer {
            amount: self.amount(),
            due_date: if self.random.chance(50) { Some(self.day()) } else { None },
            detail: self.optional(140),
            all_ccp: self.random.chance(50),
            description: self.text(140),
            fiscal_code: self.random.digits(11),
            company_name: self.text(140),
            office_name: self.optional(140),
        }
    }

    pub(crate) fn get_answer(&mut self, version: Version) -> GetAnswer {
        let shares = 1 + self.random.below(5);
        let transfers: Vec<Transfer> = (1..=shares).map(|id| self.transfer(id, version)).collect();
        GetAnswer {
            creditor_reference_id: self.random.digits(17),
            amount: Cents::sum(transfers.iter().map(|share| share.amount)).unwrap(),
            due_date: self.day(),
            retention_date: if self.random.chance(50) { Some(self.instant()) } else { None },
            last_payment: *self.random.pick(&[None, Some(true), Some(false)]),
            description: self.text(140),
            company_name: self.text(140),
            office_name: self.optional(140),
            debtor: self.party(),
            transfers,
            metadata: self.metadata(),
        }
    }

    fn transfer(&mut self, id: usize, version: Version) -> Transfer {
        let stamp = version == Version::V2 && self.random.chance(30);
        Transfer {
            id: u8::try_from(id).unwrap(),
            amount: Cents::new(i64::try_from(1 + self.random.below(9_999_999_999)).unwrap()).unwrap(),
            fiscal_code: self.random.digits(11),
            company_name: if version == Version::V2 { self.optional(140) } else { None },
            destination: if stamp {
                Destination::Stamp {
                    document_hash: "wHpFSLCGZjIvNSXxqtGbxg7275t446DRTk5ZrsdUQ6E=".to_owned(),
                    province: "RM".to_owned(),
                }
            } else {
                Destination::Iban("IT60X0542811101000000123456".to_owned())
            },
            remittance_information: self.text(140),
            category: "0101101IM".to_owned(),
            metadata: self.metadata(),
        }
    }

    /// An answer to any operation.
    pub(crate) fn answer(&mut self) -> Answer {
        let version = self.version();
        match self.random.below(5) {
            0 => Answer::Verify(self.verify_answer()),
            1 => Answer::Get(version, Box::new(self.get_answer(version))),
            2 => Answer::ReceiptAccepted(version),
            3 => Answer::Demand(DemandAnswer { notice: self.notice(), payment: self.verify_answer() }),
            _ => {
                let fault = Fault::new(*self.random.pick(&PaaFault::ALL), self.random.digits(11));
                let fault = match self.optional(255) {
                    Some(description) => fault.because(description),
                    None => fault,
                };
                Answer::Refused(*self.random.pick(&Primitive::ALL), fault)
            }
        }
    }
}
