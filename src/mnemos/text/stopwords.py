"""Words that say how a sentence is built and not what it is about, by language.

Written by hand, folded as ``tokens.words`` folds (lower case, no accents). "not" and its kin are
in: under lexical ranking a negation finds other negations, not the negated thing. Numbers are out:
"two" is often the answer.
"""

from __future__ import annotations

from functools import cache

_WORDS = {
    "english": """
        a an the this that these those such same
        i me my mine myself we us our ours ourselves you your yours yourself yourselves
        he him his himself she her hers herself it its itself they them their theirs themselves
        who whom whose which what when where why how whoever whatever whichever whenever wherever
        am is are was were be been being do does did done doing have has had having
        can could shall should will would may might must ought cannot
        and or but nor so yet if then else than because as while although though unless whether
        of at by for with about against between into through during to from in out on off onto upon
        over under within without toward towards via per
        not no none neither never any some each every either both all more most much many few less
        other another only own too very just also even still again once ever already
        there here now s t d ll re ve m don didn doesn isn wasn aren weren hasn haven hadn
        wouldn couldn shouldn im ive youre youve dont didnt doesnt isnt wasnt arent cant wont
        thats whats theres
        hey hi hello yeah yep yup yes nope oh ooh ah aw um uh hmm wow haha hehe lol ok okay
        well really actually basically quite rather pretty like gonna wanna gotta kinda sorta
        etc please thanks thank let lets
    """,
    "german": """
        der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner
        ich mich mir mein meine meinen meinem meiner meines du dich dir dein deine deinen deinem
        deiner er ihn ihm sein seine seinen seinem seiner sie ihr ihre ihren ihrem ihrer es wir uns
        unser unsere unseren unserem unserer euch euer eure ihnen man sich selbst
        wer wen wem wessen was welche welcher welches welchen welchem wann wo woher wohin warum
        wieso weshalb woran worauf woraus worin woruber womit wofur wodurch wovon wobei wozu wohin
        wieviel wieviele wie ob dass weil wenn als denn damit obwohl bevor nachdem
        bin bist ist sind seid war warst waren wart gewesen sei habe hast hat haben habt hatte
        hattest hatten gehabt werde wirst wird werden werdet wurde wurden worden kann kannst konnen
        konnt konnte konnten muss musst mussen musste soll sollst sollen sollte will willst wollen
        wollte darf durfen mag mochte wurde
        und oder aber sondern doch auch nur noch schon sehr so dann da hier dort nicht nichts nie
        in im an am auf aus bei beim mit nach von vom vor zu zum zur uber unter durch fur gegen
        ohne um bis seit zwischen
        dieser diese dieses diesen diesem jener jene jeder jede jedes alle alles viel viele mehr
        ja nein ach oh hallo danke bitte mal halt eben also etwa etwas ganz
    """,
    "spanish": """
        el la los las un una unos unas lo al del
        yo me mi mis mio mia tu te ti tus tuyo tuya usted ustedes el ella ello ellos ellas le les
        se su sus suyo suya nosotros nosotras nos nuestro nuestra nuestros nuestras vosotros os
        quien quienes que cual cuales cuando donde adonde como cuanto cuanta cuantos cuantas porque
        este esta esto estos estas ese esa eso esos esas aquel aquella aquello
        soy eres es somos son era eras eran fui fue fuimos fueron ser sido siendo estoy estas estan
        estamos estar estaba estaban estuve estuvo he has ha hemos han haber habia habian hay hubo
        tengo tienes tiene tenemos tienen puedo puedes puede pueden podia debo debe va vas voy van
        y e o u pero sino ni si no nunca tampoco tambien ya aun todavia muy mas menos tan tanto
        a ante bajo con contra de desde durante en entre hacia hasta para por segun sin sobre tras
        algo alguien algun alguna algunos algunas nada nadie ningun ninguna otro otra otros otras
        todo toda todos todas mucho mucha muchos muchas poco
        hola gracias bueno pues vale oh ah asi entonces
    """,
    "french": """
        le la les l un une des du de d au aux
        je j me m moi mon ma mes mien tu te t toi ton ta tes tien il elle on lui se s soi son sa ses
        sien nous notre nos vous votre vos ils elles leur leurs eux en y
        qui que qu quoi dont ou quel quelle quels quelles lequel laquelle quand comment pourquoi
        combien ce c cet cette ces ceci cela ca
        suis es est sommes etes sont etais etait etions etaient fus fut ete etre sera serait ai as a
        avons avez ont avais avait avions avaient eu avoir aura aurait fais fait faire peux peut
        pouvez peuvent pouvait dois doit va vas vais vont
        et mais ou donc or ni car si ne n pas non plus jamais rien aussi tres trop peu bien
        alors deja encore toujours ici la
        a dans par pour sur sous avec sans entre vers chez depuis pendant avant apres contre
        tout toute tous toutes autre autres meme memes chaque quelque quelques aucun aucune
        oui salut bonjour merci oh ah ben bon voila parce lorsque puisque
    """,
    "italian": """
        il lo la i gli le l un uno una del dello della dei degli delle al allo alla ai agli alle dal
        dallo dalla dai dalle nel nello nella nei negli nelle sul sullo sulla sui sulle
        io mi me mio mia miei mie tu ti te tuo tua tuoi tue lui lei egli ella si se suo sua suoi sue
        noi ci nostro nostra nostri nostre voi vi vostro vostra loro esso essa essi ne
        chi che cui quale quali quando dove come perche quanto quanta quanti quante cosa
        questo questa questi queste quello quella quelli quelle cio
        sono sei e siamo siete ero era eravamo erano fui fu furono essere stato stata stati state
        sara ho hai ha abbiamo avete hanno avevo aveva avevano avere avuto faccio fa fare fatto
        posso puoi puo possono devo deve va vado vai
        ed o od ma pero anche non no mai piu meno molto molta molti molte poco tanto cosi gia
        ancora sempre qui li allora
        a ad di d da in con su per tra fra senza sotto sopra verso dopo prima durante
        tutto tutta tutti tutte altro altra altri altre ogni qualche alcuni alcune nessuno niente
        ciao grazie ok oh ah beh sai
    """,
    "portuguese": """
        o a os as um uma uns umas do da dos das no na nos nas ao aos pelo pela pelos pelas num numa
        eu me mim meu minha meus minhas tu te ti teu tua voce voces ele ela eles elas lhe lhes se
        si seu sua seus suas dele dela deles delas nos nosso nossa nossos nossas
        quem que qual quais quando onde aonde como porque quanto quanta quantos quantas
        este esta isto estes estas esse essa isso esses essas aquele aquela aquilo
        sou es e somos sao era eram fui foi fomos foram ser sido sendo estou esta estamos estao
        estar estava estavam esteve hei ha havia houve haver tenho tens tem temos tinha tinham ter
        posso pode podem podia devo deve vou vai vao
        mas ou nem se nao nunca tambem ja ainda muito muita muitos muitas mais menos pouco tao
        so bem aqui la ali entao
        ante apos ate com contra de desde durante em entre para pra por perante sem sob sobre
        algo alguem algum alguma alguns algumas nada ninguem nenhum nenhuma outro outra outros
        outras todo toda todos todas cada
        oi ola obrigado obrigada sim ne oh ah
    """,
    "dutch": """
        de het een der des den
        ik me mij mijn jij je jou jouw u uw hij hem zijn zij ze haar het wij we ons onze jullie hun
        hen zich zelf
        wie wat welke welk wanneer waar waarom hoe hoeveel dat die dit deze
        ben bent is was waren geweest wees heb hebt heeft hebben had hadden gehad word wordt worden
        werd werden kan kunt kunnen kon konden zal zult zullen zou zouden moet moeten moest mag
        mogen mocht wil wilt willen wilde doe doet doen deed gedaan ga gaat gaan
        en of maar want dus als dan omdat terwijl hoewel toen niet geen niets nooit ook nog al wel
        zo zeer heel erg veel meer minder weinig er hier daar nu toch maar even
        aan achter bij binnen boven buiten door in langs met na naar naast om onder op over per
        sinds te ten ter tegen tot tussen uit van vanaf via voor zonder
        alle alles iets iemand niemand elke elk ieder andere ander
        ja nee hoi hallo dank bedankt oh ach hoor
    """,
    "russian": """
        я меня мне мной мой моя мое мои моего моей моих ты тебя тебе тобой твой твоя твое твои он
        его ему им нем она ее ей ею ней оно мы нас нам нами наш наша наше наши вы вас вам вами ваш
        ваша ваше ваши они их ими них себя себе собой свой своя свое свои своего своей своих
        кто кого кому ком кем что чего чему чем какой какая какое какие какого каким каком какому
        какую каких какими чей чья чье чьи чьего чьей чьем когда где куда откуда
        почему зачем как сколько чей который которая которое которые этот эта это эти этого этой
        этих тот та то те того той тех такой так там тут здесь сам сама сами
        быть был была было были есть будет будут буду будешь бы могу может можешь могут мог могла
        надо нужно можно нельзя
        и а но или либо да нет не ни же ли ведь если чтобы потому хотя пока уже еще тоже также
        очень более менее много мало только лишь даже вот ну
        в во на с со к ко у о об от до из за под над при по про для без через между перед после
        около
        все всех всем весь вся каждый другой другая другие ничего никто никогда
        привет спасибо пожалуйста ой ах ок ага
    """,
}

#: The languages that have a list.
LISTED = tuple(_WORDS)


@cache
def stopwords(language: str) -> frozenset[str]:
    """Return the function words of a language; empty if there is no list for it."""
    return frozenset(_WORDS.get(language, "").split())


# Characters that build sentences in Chinese, simplified and traditional; of Japanese all Hiragana.
_FUNCTION_CHARACTERS = frozenset(
    "的了吗嗎呢是在有我你您他她它们們这這那什么麼哪谁誰怎多少几幾就都也还還不没沒吧啊得地过過着著被把和跟与與给給到从從为為对對"
    "很会會要去来來上下个個一叫ー"
)
_HIRAGANA = "\u3041\u309f"


def is_function_character(character: str) -> bool:
    """Tell whether a character of Chinese or Japanese says how a sentence is built.

    >>> [is_function_character(character) for character in "猫の的"]
    [False, True, True]
    """
    return _HIRAGANA[0] <= character <= _HIRAGANA[1] or character in _FUNCTION_CHARACTERS
