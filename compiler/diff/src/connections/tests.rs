//! Two sides that are written down, and what is told of them.

use pretty_assertions::assert_eq;

use super::*;
use arvc_site::model::Transport;

/// Classes, and packets between machines.
struct Plain {
    classes: Vec<Vec<&'static str>>,
    sets: Vec<(&'static str, Vec<&'static str>)>,
    open: Vec<(&'static str, &'static str, PortSet)>,
}

impl Side for Plain {
    fn classes(&self) -> Vec<Vec<String>> {
        self.classes.iter().map(|class| class.iter().map(|name| (*name).to_owned()).collect()).collect()
    }

    fn sets(&self) -> Vec<(String, Vec<String>)> {
        let owned = |names: &Vec<&str>| names.iter().map(|name| (*name).to_owned()).collect();
        self.sets.iter().map(|(name, members)| ((*name).to_owned(), owned(members))).collect()
    }

    fn between(&self, pairs: &[(&str, &str)]) -> Vec<Paths> {
        let holds = |class: &str, name: &str| {
            class == name || class == "*" || self.classes.iter().any(|it| it.contains(&class) && it.contains(&name))
        };
        let one = |(from, to): &(&str, &str)| {
            let open = self.open.iter().filter(|(source, target, _)| holds(source, from) && holds(target, to));
            let lower = open.fold(PortSet::none(), |all, (.., packets)| all.union(packets));
            Paths::from([("lan".to_owned(), Reach { upper: lower.clone(), lower, layers: BTreeMap::new() })])
        };
        pairs.iter().map(one).collect()
    }
}

fn tcp(port: u16) -> PortSet {
    PortSet::ports(Transport::Tcp, port, port)
}

fn words(rows: &[Row]) -> Vec<String> {
    let end = |end: &End| end.words.join(", ");
    rows.iter().map(|row| format!("{:?} {} -> {} : {}", row.turn, end(&row.from), end(&row.to), row.packets)).collect()
}

fn side(open: Vec<(&'static str, &'static str, PortSet)>) -> Plain {
    Plain {
        classes: vec![vec!["w1", "w2"], vec!["db"], vec!["dns"], vec!["chess"]],
        sets: vec![("any", vec!["w1", "w2", "db", "dns", "chess"]), ("groups.web", vec!["w1", "w2"])],
        open,
    }
}

#[test]
fn what_is_alike_is_one_row_by_the_names_of_sets() {
    let before = side(vec![("w1", "db", tcp(1))]);
    let after = side(vec![("w1", "db", tcp(2)), ("*", "dns", tcp(53))]);
    let found = connections(&before, &after, &[]);
    assert_eq!(
        words(&found.rows),
        ["Opened any -> dns : 53/tcp", "Opened groups.web -> db : 2/tcp", "Closed groups.web -> db : 1/tcp"]
    );
    assert!(connections(&after, &after, &[]).is_empty());
}

#[test]
fn everybody_with_everybody_else_is_one_row() {
    let found = connections(&side(vec![]), &side(vec![("*", "*", tcp(22))]), &[]);
    assert_eq!(words(&found.rows), ["Opened any -> any : 22/tcp"]);
}

#[test]
fn one_member_that_reaches_the_other_is_told_by_their_names() {
    let pair = |open| Plain {
        classes: vec![vec!["a"], vec!["b"], vec!["c"]],
        sets: vec![("any", vec!["a", "b", "c"]), ("groups.g", vec!["a", "b"])],
        open,
    };
    let found = connections(&pair(vec![]), &pair(vec![("a", "b", tcp(1))]), &[]);
    assert_eq!(words(&found.rows), ["Opened a -> b : 1/tcp"]);
    let both = connections(&pair(vec![]), &pair(vec![("a", "b", tcp(1)), ("b", "a", tcp(1))]), &[]);
    assert_eq!(words(&both.rows), ["Opened groups.g -> groups.g : 1/tcp"]);
}

#[test]
fn a_wider_row_does_not_break_up_a_narrower_one() {
    let found = connections(&side(vec![]), &side(vec![("w1", "*", tcp(22)), ("w1", "db", tcp(5432))]), &[]);
    assert_eq!(words(&found.rows), ["Opened groups.web -> any : 22/tcp", "Opened groups.web -> db : 5432/tcp"]);
}

#[test]
fn a_machine_that_joins_others_is_told_as_they_are_and_one_of_its_own_by_what_is_open() {
    let before = Plain { classes: vec![vec!["w1", "w2"], vec!["db"]], sets: vec![], open: vec![("w1", "db", tcp(1))] };
    let after = Plain {
        classes: vec![vec!["w1", "w2", "w3"], vec!["db"], vec!["new"], vec!["idle"]],
        sets: vec![],
        open: vec![("w1", "db", tcp(1)), ("new", "db", tcp(7))],
    };
    let found = connections(&before, &after, &[]);
    assert_eq!(words(&found.rows), Vec::<String>::new());
    assert_eq!(words(&found.new), ["Opened new -> db : 7/tcp"]);
    assert_eq!(found.silent, ["idle"]);
    let [joined] = found.joined.as_slice() else { panic!("{found:?}") };
    assert_eq!((joined.who.names.join(" "), joined.whom.names.join(" ")), ("w3".into(), "w1 w2".into()));
    let back = connections(&after, &before, &[]);
    assert_eq!((back.left.len(), words(&back.gone)), (1, vec!["Closed new -> db : 7/tcp".to_owned()]));
}

#[test]
fn nobody_of_the_world_is_told_to_reach_the_world() {
    let side =
        |open| Plain { classes: vec![vec!["a"], vec!["b"], vec!["internet"], vec!["192.0.2.5"]], sets: vec![], open };
    let mutual = |one, other| vec![(one, other, tcp(443)), (other, one, tcp(443))];
    let told = |open| words(&connections(&side(vec![]), &side(open), &[]).rows);
    assert_eq!(told(mutual("a", "b")), ["Opened a, b -> a, b : 443/tcp"]);
    assert_eq!(told(mutual("a", "internet")), ["Opened a -> internet : 443/tcp", "Opened internet -> a : 443/tcp"]);
    assert_eq!(told(mutual("192.0.2.5", "a")), ["Opened 192.0.2.5 -> a : 443/tcp", "Opened a -> 192.0.2.5 : 443/tcp"]);
}

#[test]
fn a_machine_with_another_name_is_the_same() {
    let before = Plain { classes: vec![vec!["a"], vec!["b"]], sets: vec![], open: vec![("a", "b", tcp(1))] };
    let after = Plain { classes: vec![vec!["z"], vec!["b"]], sets: vec![], open: vec![("z", "b", tcp(1))] };
    assert!(connections(&before, &after, &[("a".to_owned(), "z".to_owned())]).is_empty());
    assert!(!connections(&before, &after, &[]).is_empty());
}
