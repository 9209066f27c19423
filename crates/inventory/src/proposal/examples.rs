//! The programme's own examples of each category, in our words.

use crate::Category;

/// What belongs into each category; a check on every server and a test propose for all of them.
pub const EXAMPLES: [(Category, &[&str]); 4] = [
    (
        Category::Technical,
        &[
            "The operating system.",
            "Crashes, counted.",
            "Errors of the program.",
            "How an update ended that ran by itself.",
            "How the activation ended.",
            "The version number of the program.",
            "Which API web sites and extensions call, added up.",
            "Which services are connected to the account, so that they work.",
        ],
    ),
    (
        Category::Interaction,
        &[
            "How many devices a person has synced.",
            "Clicks on a button of the toolbar.",
            "How far a list was scrolled.",
            "The length of a session.",
            "How long audio was played.",
            "The state of a preference.",
            "How active an account was in a month.",
            "Which tiles a person has chosen, to learn what interests them.",
            "The extension that was selected on the start page.",
            "The journey through the first pages of the program.",
        ],
    ),
    (
        Category::StoredContent,
        &[
            "URLs that a person saved.",
            "The URL history.",
            "The browsing history of the last week.",
            "The top level domains of pages over time.",
            "Categories of the pages visited over time.",
            "The highlighted part of a story.",
            "What a person does on one web page or story.",
            "Saved tags of an account.",
            "Saved notes of an account.",
            "Saved passwords of an account.",
            "Saved files of an account.",
            "Messages people send to each other through the service.",
        ],
    ),
    (
        Category::HighlySensitive,
        &[
            "The name of the person who registered the account.",
            "The password of the account.",
            "The email address of the account.",
            "Payment data of a subscription.",
            "The phone number for contact.",
            "The mailing address.",
            "The e-mail address given in a survey.",
            "The e-mail of somebody who asked support.",
            "Memory contents at the time of the crash.",
            "A core dump.",
            "A picture of the screen.",
            "The DOM of the page.",
            "A voice command, as recorded.",
            "The result of speech-to-text.",
            "Transcripts of what was said.",
            "Biometric data.",
            "Demographic data.",
            "The location by Wi-Fi access points nearby.",
            "The location by Bluetooth beacons.",
            "The location by cell towers.",
            "The precise location that a person wrote into their profile.",
        ],
    ),
];
