// SPDX-License-Identifier: AGPL-3.0-or-later
//! Reads an expression: by descent, one token ahead, with a bound on how deep it goes.

use super::check::Fault;
use super::syntax::{Form, Operator, Syntax};
use super::token::{Token, Word, tokens};
use crate::form::limits::{EXPRESSION_CHARS_MAX, EXPRESSION_DEPTH_MAX, EXPRESSION_TREE_MAX, LIST_VALUES_MAX};

const SYNTAX: &str = "expression_syntax";

/// Reads the text of an expression.
///
/// # Errors
/// `expression_too_long`, `expression_too_deep`, `expression_syntax`.
pub(crate) fn parse(text: &str) -> Result<Syntax, Fault> {
    if text.chars().count() > EXPRESSION_CHARS_MAX {
        let detail = format!("An expression has at most {EXPRESSION_CHARS_MAX} characters.");
        return Err(Fault { code: "expression_too_long", detail });
    }
    let tokens = tokens(text).map_err(|(at, what)| syntax(at, what))?;
    let end = text.chars().count().saturating_add(1);
    let mut parser = Parser { tokens, next: 0, end, depth: 0 };
    let whole = parser.expression()?;
    match parser.peek() {
        None => Ok(whole),
        Some(token) => Err(syntax(token.at, "does not belong to what stands before it")),
    }
}

fn syntax(at: usize, what: &str) -> Fault {
    Fault { code: SYNTAX, detail: format!("Character {at} {what}.") }
}

fn too_deep() -> Fault {
    let detail = format!(
        "An expression is nested at most {EXPRESSION_DEPTH_MAX} deep, and has chains of at most {EXPRESSION_TREE_MAX} parts."
    );
    Fault { code: "expression_too_deep", detail }
}

/// A node, unless the tree becomes too deep: a long chain is as deep as it is long, and whoever walks it has a stack.
fn node(at: usize, form: Form) -> Read {
    let syntax = Syntax::new(at, form);
    if syntax.depth > EXPRESSION_TREE_MAX { Err(too_deep()) } else { Ok(syntax) }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    end: usize,
    depth: usize,
}

type Read = Result<Syntax, Fault>;

/// Operators from the weakest to the strongest; those of comparison stand alone.
const LEVELS: [&[(&str, Operator)]; 5] = [
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[
        ("==", Operator::Equal),
        ("!=", Operator::Different),
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
        ("in", Operator::In),
    ],
    &[("+", Operator::Plus), ("-", Operator::Minus)],
    &[("*", Operator::Times), ("/", Operator::Over)],
];
const COMPARISON: usize = 2;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn at(&self) -> usize {
        self.peek().map_or(self.end, |token| token.at)
    }

    fn take(&mut self, mark: &str) -> bool {
        let found = match self.peek().map(|token| &token.word) {
            Some(Word::Mark(found)) => *found == mark,
            Some(Word::Name(name)) => mark == "in" && name == mark,
            _ => false,
        };
        self.next = self.next.saturating_add(usize::from(found));
        found
    }

    fn expect(&mut self, mark: &'static str) -> Result<(), Fault> {
        if self.take(mark) {
            return Ok(());
        }
        Err(syntax(self.at(), &format!("should be `{mark}`")))
    }

    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Read) -> Read {
        if self.depth >= EXPRESSION_DEPTH_MAX {
            return Err(too_deep());
        }
        self.depth = self.depth.saturating_add(1);
        let read = read(self);
        self.depth = self.depth.saturating_sub(1);
        read
    }

    fn expression(&mut self) -> Read {
        self.deeper(|parser| {
            let at = parser.at();
            let condition = parser.level(0)?;
            if !parser.take("?") {
                return Ok(condition);
            }
            let yes = parser.expression()?;
            parser.expect(":")?;
            let no = parser.expression()?;
            node(at, Form::If(Box::new(condition), Box::new(yes), Box::new(no)))
        })
    }

    fn level(&mut self, level: usize) -> Read {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let above = level.saturating_add(1);
        let mut left = self.level(above)?;
        loop {
            let at = self.at();
            let Some((_, operator)) = operators.iter().find(|(mark, _)| self.take(mark)) else { return Ok(left) };
            let right = self.level(above)?;
            left = node(at, Form::Binary(*operator, Box::new(left), Box::new(right)))?;
            if level == COMPARISON {
                return Ok(left);
            }
        }
    }

    fn unary(&mut self) -> Read {
        let at = self.at();
        if self.take("!") {
            let inner = self.deeper(Parser::unary)?;
            return node(at, Form::Not(Box::new(inner)));
        }
        if self.take("-") {
            let inner = self.deeper(Parser::unary)?;
            return node(at, Form::Negative(Box::new(inner)));
        }
        let mut whole = self.primary()?;
        while self.take(".") {
            let at = self.at();
            let Some(Word::Name(name)) = self.peek().map(|token| token.word.clone()) else {
                return Err(syntax(at, "should be the name of a column"));
            };
            self.next = self.next.saturating_add(1);
            whole = node(whole.at, Form::Member(Box::new(whole), name))?;
        }
        Ok(whole)
    }

    fn primary(&mut self) -> Read {
        let at = self.at();
        if self.take("(") {
            let inner = self.expression()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.take("[") {
            return self.list(at);
        }
        let word = self.peek().map(|token| token.word.clone());
        let form = match word {
            Some(Word::Text(text)) => Form::Text(text),
            Some(Word::Number(number, whole)) => Form::Number(number, whole),
            Some(Word::Name(name)) => match name.as_str() {
                "true" => Form::Bool(true),
                "false" => Form::Bool(false),
                "null" => Form::Null,
                "in" => return Err(syntax(at, "should be a value")),
                _ => Form::Name(name),
            },
            Some(Word::Mark(_)) | None => return Err(syntax(at, "should be a value")),
        };
        self.next = self.next.saturating_add(1);
        match form {
            Form::Name(name) if self.take("(") => {
                let arguments = self.arguments()?;
                node(at, Form::Call(name, arguments))
            }
            form => node(at, form),
        }
    }

    fn arguments(&mut self) -> Result<Vec<Syntax>, Fault> {
        let mut arguments = Vec::new();
        if self.take(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if !self.take(",") {
                self.expect(")")?;
                return Ok(arguments);
            }
        }
    }

    fn list(&mut self, at: usize) -> Read {
        let mut values = Vec::new();
        loop {
            let Some(Word::Text(text)) = self.peek().map(|token| token.word.clone()) else {
                return Err(syntax(self.at(), "should be a text: lists hold texts"));
            };
            values.push(text);
            self.next = self.next.saturating_add(1);
            if !self.take(",") {
                self.expect("]")?;
                break;
            }
        }
        if values.len() > LIST_VALUES_MAX {
            return Err(syntax(at, "begins a list that is too long"));
        }
        node(at, Form::List(values))
    }
}
