// SPDX-License-Identifier: MIT
//! A village ledger: who owes whom how much, and the fewest payments that settle it.

use std::collections::BTreeMap;
use std::fmt;

#[derive(Debug, PartialEq, Eq)]
pub struct Payment {
    pub from: String,
    pub to: String,
    pub cents: i64,
}

impl fmt::Display for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} pays {} {}.{:02}", self.from, self.to, self.cents / 100, self.cents % 100)
    }
}

#[derive(Default)]
pub struct Ledger {
    balance: BTreeMap<String, i64>,
}

impl Ledger {
    /// `payer` paid `cents` for everybody in `sharers`; the first sharers carry the odd cents.
    pub fn paid(&mut self, payer: &str, cents: i64, sharers: &[&str]) -> Result<(), String> {
        if sharers.is_empty() {
            return Err(format!("{payer} paid for nobody"));
        }
        let share = cents / sharers.len() as i64;
        let odd = cents % sharers.len() as i64;
        *self.balance.entry(payer.to_string()).or_default() += cents;
        for (index, sharer) in sharers.iter().enumerate() {
            let extra = i64::from((index as i64) < odd);
            *self.balance.entry((*sharer).to_string()).or_default() -= share + extra;
        }
        Ok(())
    }

    /// Largest debtor pays largest creditor, until everybody is even.
    pub fn settle(&self) -> Vec<Payment> {
        let mut open: Vec<(String, i64)> = self
            .balance
            .iter()
            .filter(|(_, cents)| **cents != 0)
            .map(|(name, cents)| (name.clone(), *cents))
            .collect();
        let mut payments = Vec::new();
        while open.len() > 1 {
            open.sort_by_key(|(name, cents)| (*cents, name.clone()));
            let (debtor, owed) = open[0].clone();
            let last = open.len() - 1;
            let (creditor, due) = open[last].clone();
            let cents = due.min(-owed);
            open[0].1 += cents;
            open[last].1 -= cents;
            payments.push(Payment { from: debtor, to: creditor, cents });
            open.retain(|(_, cents)| *cents != 0);
        }
        payments
    }
}

fn main() -> Result<(), String> {
    let mut ledger = Ledger::default();
    ledger.paid("Ama", 4_500, &["Ama", "Kofi", "Esi"])?;
    ledger.paid("Kofi", 1_001, &["Ama", "Kofi"])?;
    for payment in ledger.settle() {
        println!("{payment}");
    }
    Ok(())
}
