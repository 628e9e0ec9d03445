//! Base64 and hashes.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::Digest;

use crate::data::Json;

use super::{Answer, Call};

/// The longest string that these functions take, in characters.
const MAX_CHARACTERS: usize = 10_000;

/// Java's basic decoder takes padding or its absence.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) fn base64_encode(call: &mut Call<'_>) -> Answer {
    Ok(Json::from(BASE64.encode(short_text(call)?)))
}

/// Bytes that are not UTF-8 become U+FFFD, as in a Java `String`.
pub(super) fn base64_decode(call: &mut Call<'_>) -> Answer {
    let bytes = BASE64.decode(short_text(call)?);
    let bytes = bytes.map_err(|_| "The string is not valid Base64".to_owned())?;
    Ok(Json::from(String::from_utf8_lossy(&bytes).into_owned()))
}

pub(super) fn hash(call: &mut Call<'_>) -> Answer {
    let (data, algorithm) = (short_text(call)?, call.text(1)?);
    Ok(Json::from(match algorithm {
        "MD5" => hex(&md5::Md5::digest(data)),
        "SHA-1" => hex(&sha1::Sha1::digest(data)),
        "SHA-256" => hex(&sha2::Sha256::digest(data)),
        "SHA-384" => hex(&sha2::Sha384::digest(data)),
        "SHA-512" => hex(&sha2::Sha512::digest(data)),
        _ => {
            return Err(format!(
                "There is no algorithm {algorithm}: use MD5, SHA-1, SHA-256, SHA-384 or SHA-512"
            ));
        }
    }))
}

fn short_text<'c>(call: &Call<'c>) -> Result<&'c str, String> {
    let text = call.text(0)?;
    if text.len() > MAX_CHARACTERS && text.encode_utf16().count() > MAX_CHARACTERS {
        return Err(format!(
            "Argument 1 must have at most {MAX_CHARACTERS} characters"
        ));
    }
    Ok(text)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(out, "{byte:02x}").expect("a string takes all");
    }
    out
}
