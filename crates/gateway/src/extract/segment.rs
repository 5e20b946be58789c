// SPDX-License-Identifier: AGPL-3.0-or-later
//! Segments of a path: what is no identifier names nothing, so it is 404 like any other thing that is not there.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::web::Path;
use actix_web::{FromRequest, HttpRequest};

use crate::problem::{Code, Problem};

/// The one parameter of a path.
#[derive(Debug, Clone)]
pub struct Segment<T>(pub T);

/// The two parameters of a path, in their order.
#[derive(Debug, Clone)]
pub struct Segments<A, B>(pub A, pub B);

impl<T> Deref for Segment<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

fn read<T: FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::new(Code::NotFound))
}

impl<T: FromStr> FromRequest for Segment<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let path = Path::<String>::extract(request).into_inner();
        ready(path.map_err(|_| Problem::new(Code::NotFound)).and_then(|text| Ok(Self(read(&text)?))))
    }
}

impl<A: FromStr, B: FromStr> FromRequest for Segments<A, B> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let path = Path::<(String, String)>::extract(request).into_inner();
        let both = path.map_err(|_| Problem::new(Code::NotFound)).map(Path::into_inner);
        ready(both.and_then(|(first, second)| Ok(Self(read(&first)?, read(&second)?))))
    }
}
